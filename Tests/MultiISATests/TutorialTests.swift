import FoundationEssentials
import Lab
import Testing

/// The tutorial's programs on one machine: those with one thread hop between ISAs, the others stay on node 0.
@Suite struct TutorialTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    static func expectation(_ name: String) throws -> ExpectedOutput {
        let file = "\(Workbench.shipped)/tutorial/expected/\(name).txt"
        return try ExpectedOutput(parsing: String(contentsOfFile: file, encoding: .utf8))
    }

    @Test(
        "a program that moves by itself prints what is expected, from node to node",
        arguments: ["helloworld", "helloworld2", "helloworldN", "helloworldId", "helloworldS", "is", "ft"])
    func moves(name: String) async throws {
        let expected = try Self.expectation(name)
        let (outcome, hops) = try await bench.run(bench.build("tutorial/" + name), hops: "")
        #expect(expected.firstDifference(in: outcome.output, origin: 0, nodes: 2) == nil)
        #expect(outcome.status == 0)
        #expect(outcome.messages.isEmpty)
        #expect(hops >= 1 || name == "helloworld")
    }

    @Test("a program that is moved goes on where it was")
    func moved() async throws {
        let expected = try Self.expectation("migrateme")
        #expect(expected.isMovedFromOutside)
        let (outcome, hops) = try await bench.run(
            bench.build("tutorial/migrateme"), ["10", "0.01"], hops: "cover=1")
        #expect(expected.firstDifference(in: outcome.output, origin: 0, nodes: 2) == nil)
        #expect(outcome.output.contains("(node 0)") && outcome.output.contains("(node 1)"))
        #expect(hops >= 1)
    }

    @Test(
        "without a lab every program runs, and those that would hop say that there is nowhere to go",
        arguments: [
            "helloworldN", "helloworldId", "helloworldS", "migrateme", "migratemep", "pthread2", "pthreadS", "primesum",
            "is", "ft",
        ])
    func stays(name: String) async throws {
        let expected = try Self.expectation(name)
        let arguments = expected.isMovedFromOutside ? [expected.arguments[0], "0.01"] : expected.arguments
        let outcome = try await bench.run(bench.build("tutorial/" + name), arguments)
        #expect(expected.firstDifference(in: outcome.output, origin: 0, nodes: 1) == nil)
        #expect(outcome.status == 0)
        #expect(
            outcome.messages
                == (expected.isMovedFromOutside ? "" : "there is no other node: everything stays on node 0\n"))
    }

    @Test("the programs' own verification and the plain build agree", arguments: ["is", "ft", "primesum"])
    func plain(name: String) async throws {
        let outcome = try await bench.run(bench.buildPlain("tutorial/" + name))
        #expect(try Self.expectation(name).firstDifference(in: outcome.output, origin: 0, nodes: 1) == nil)
    }
}
