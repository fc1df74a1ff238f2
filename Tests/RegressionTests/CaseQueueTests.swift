import Results
import Testing

@testable import Regression

@Suite("The queue of cases")
struct CaseQueueTests {
    private func turns() throws -> [CaseQueue.Turn] {
        try SampleSuite.cases(
            "- {name: a, program: [is, own], lab: pair}\n- {name: b, program: [is, own], lab: three}\n- {name: c, program: is, lab: pair}"
        ).map { CaseQueue.Turn(one: $0, plan: $0.plan(seed: 1), attempt: 1) }
    }

    private func name(_ turn: CaseQueue.Turn?) -> String? {
        turn.map { "\($0.one.group)/\($0.one.point.program.name)" }
    }

    @Test("one worker has all cases in order")
    func alone() async throws {
        let queue = CaseQueue(try turns())
        var names: [String?] = []
        while let turn = await queue.next() { names.append(name(turn)) }
        #expect(names == ["a/is", "a/own", "b/is", "b/own", "c/is"])
        #expect(await queue.isEmpty)
        #expect(await queue.next() == nil)
    }

    @Test("a worker stays on its lab as long as there are cases for it")
    func sameLab() async throws {
        let turns = try turns()
        let queue = CaseQueue(turns)
        let first = try #require(await queue.next())
        let lab = first.one.point.lab
        #expect(name(await queue.next(on: BootOrder(lab: lab))) == "a/own")
        #expect(name(await queue.next(on: BootOrder(lab: lab))) == "c/is")
        #expect(await queue.next(on: BootOrder(lab: lab)) == nil)
        #expect(name(await queue.next()) == "b/is")
    }

    @Test("a second worker begins with another lab, and shares one only if all are in use")
    func sharing() async throws {
        let queue = CaseQueue(try turns())
        let pair = try #require(try turns().first).one.point.lab
        await queue.begin(lab: "pair")
        #expect(name(await queue.upcoming(after: pair)) == "a/is")
        #expect(name(await queue.next()) == "b/is")
        await queue.begin(lab: "three")
        #expect(name(await queue.next()) == "a/is")
        await queue.begin(lab: "pair")
        #expect(name(await queue.next()) == "b/own")
        await queue.end(lab: "pair")
        await queue.end(lab: "pair")
        await queue.begin(lab: "three")
        #expect(name(await queue.next()) == "a/own")
    }

    @Test("each round has boots of its own")
    func rounds() async throws {
        let turns = try turns()
        let second = turns.map { turn in
            var turn = turn
            turn.round = 2
            return turn
        }
        let queue = CaseQueue(turns + second)
        let lab = turns[0].one.point.lab
        for _ in 0..<3 { _ = await queue.next(on: BootOrder(lab: lab)) }
        #expect(await !queue.has(on: BootOrder(lab: lab)))
        #expect(await queue.next(on: BootOrder(lab: lab)) == nil)
        #expect(await queue.next(on: BootOrder(lab: lab, round: 2))?.round == 2)
    }

    @Test("the boots of a reference are others, and giving it up leaves the cases under test")
    func builds() async throws {
        let turns = try turns()
        let beside = turns.map { CaseQueue.Turn(one: $0.one, plan: $0.plan, build: .reference) }
        let queue = CaseQueue(turns + beside)
        let lab = turns[0].one.point.lab
        let reference = BootOrder(lab: lab, build: .reference)
        #expect(await queue.next(on: reference)?.build == .reference)
        #expect(await queue.drop(lab: "pair", build: .reference).count == 2)
        #expect(await !queue.has(on: reference))
        #expect(await queue.has(on: BootOrder(lab: lab)))
        // What is left of a reference is no case that was not run.
        #expect(await queue.dropAll().count == 5)
    }

    @Test("what is tried again comes before all others, and knows which try it is")
    func again() async throws {
        let queue = CaseQueue(try turns())
        let first = try #require(await queue.next())
        await queue.again(first.next)
        let second = await queue.next()
        #expect(second?.tryOfRound == 2)
        #expect(second?.plan == first.plan)
    }

    @Test("a lab that is given up takes its cases along, and the end takes all")
    func drop() async throws {
        let queue = CaseQueue(try turns())
        #expect(
            await queue.drop(lab: "pair").map(\.id) == [
                "a/is/pair/x86/none", "a/own/pair/x86/none", "c/is/pair/x86/none",
            ])
        #expect(await queue.drop(lab: "pair") == [])
        #expect(await queue.dropAll().map(\.id) == ["b/is/three/x86/none", "b/own/three/x86/none"])
        #expect(await queue.isEmpty)
        let pair = try #require(try turns().first).one.point.lab
        #expect(await queue.upcoming(after: pair) == nil)
    }
}
