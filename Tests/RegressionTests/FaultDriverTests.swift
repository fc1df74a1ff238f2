import Results
import Support
import Synchronization
import Testing
import UserInput

@testable import Regression

@Suite("Faults at their moments")
struct FaultDriverTests {
    /// A lab in which nothing happens but what a test says.
    private final class Lab: Sendable {
        private let done = Mutex<[FaultStep.Action]>([])
        private let reached: AsyncStream<FaultStep.Action>
        private let feed: AsyncStream<FaultStep.Action>.Continuation
        private let hops: AsyncStream<Void>
        private let hopped: AsyncStream<Void>.Continuation
        let failing: FaultStep.Action?

        init(failing: FaultStep.Action? = nil) {
            (reached, feed) = AsyncStream.makeStream()
            (hops, hopped) = AsyncStream.makeStream()
            self.failing = failing
        }

        var actions: [FaultStep.Action] { done.withLock { $0 } }
        func hop() { hopped.finish() }
        /// Returns when the next fault is there.
        func next() async -> FaultStep.Action? { await reached.first { _ in true } }

        var hands: FaultDriver.Hands {
            FaultDriver.Hands(
                awaitHops: { [self] _ in
                    for await _ in hops {}
                    try Task.checkCancellation()
                },
                inject: { [self] action in
                    if action == failing { throw SystemError("reach the guest", errno: ECONNRESET) }
                    done.withLock { $0.append(action) }
                    feed.yield(action)
                })
        }
    }

    private func driver(_ steps: String, _ lab: Lab) throws -> FaultDriver {
        let text = SampleSuite.head.replacing("faults: {", with: "faults: {f: \(steps), ")
        let one = try SampleSuite.read(text + "- {name: g, program: is, fault: f}").cases()[0]
        return FaultDriver(point: one.point, hands: lab.hands)
    }

    private static let started = Task<ContinuousClock.Instant?, Never> { .now }

    @Test("steps come in their order, whatever their times")
    func order() async throws {
        let lab = Lab()
        let driver = try driver("[{cut: arm, at: 20ms}, {delay: 1ms, node: x86}, {heal: arm, at: 1ms}]", lab)
        #expect(await driver.run(start: Self.started) == [])
        #expect(
            lab.actions == [
                .cut(node: "arm"), .impair(node: "x86", delay: 1000, loss: nil, rate: nil), .heal(node: "arm"),
            ])
    }

    @Test("nothing comes of a program that was never started, nor without steps")
    func neverStarted() async throws {
        let lab = Lab()
        #expect(await (try driver("[{cut: arm}]", lab)).run(start: Task { nil }) == [])
        #expect(await FaultDriver(point: try SampleSuite.one().point, hands: lab.hands).run(start: Self.started) == [])
        #expect(lab.actions.isEmpty)
    }

    @Test("a step waits for a line that matches, and the next for one after it")
    func output() async throws {
        let lab = Lab()
        let driver = try driver("[{cut: arm, at: 'output ^round 2$'}, {heal: arm, at: output round}]", lab)
        let run = Task { await driver.run(start: Self.started) }
        for line in ["round 1", "round 22", "round 2"] { driver.sawLine(line) }
        #expect(await lab.next() == .cut(node: "arm"))
        #expect(lab.actions.count == 1)
        driver.sawLine("round 3")
        #expect(await run.value == [])
        #expect(lab.actions == [.cut(node: "arm"), .heal(node: "arm")])
    }

    @Test("a step waits for a kernel's line, of its node if it names one, and the next for one after it")
    func kernelLine() async throws {
        let lab = Lab()
        let driver = try driver(
            "[{cut: arm, at: {dmesg: 'lost$', node: 0}}, {heal: arm, at: 'dmesg ^link up'}, {kill: arm, at: dmesg end}]",
            lab)
        #expect(driver.waitsForKernels)
        let run = Task { await driver.run(start: Self.started) }
        driver.sawKernelLine("link up", of: "arm")
        driver.sawKernelLine("1 lost", of: "arm")
        driver.sawKernelLine("1 lost", of: "x86")
        #expect(await lab.next() == .cut(node: "arm"))
        #expect(lab.actions.count == 1)
        driver.sawKernelLine("the link up", of: "x86")
        driver.sawKernelLine("link up again", of: "arm")
        #expect(await lab.next() == .heal(node: "arm"))
        driver.lostKernel(of: "arm", "it is gone")
        run.cancel()
        #expect(
            await run.value == [
                Problem(
                    .fault, "step 3 of fault 'f' never came: the program ended before",
                    details: ["arm was not listened to any more: it is gone"])
            ])
        #expect(try !self.driver("[{cut: arm, at: output x}]", lab).waitsForKernels)
    }

    @Test("a step waits for hops")
    func hops() async throws {
        let lab = Lab()
        let driver = try driver("[{kill: arm, at: hop 3}]", lab)
        let run = Task { await driver.run(start: Self.started) }
        #expect(lab.actions.isEmpty)
        lab.hop()
        #expect(await run.value == [])
        #expect(lab.actions == [.kill(node: "arm")])
    }

    @Test("a fault whose moment does not come before the program ends is told; the case is not judged by it")
    func neverCame() async throws {
        for moment in ["1h", "hop 1", "output x", "dmesg x"] {
            let lab = Lab()
            let driver = try driver("[{sigkill: origin}, {cut: arm, at: \(moment)}, {heal: arm, at: 2h}]", lab)
            let run = Task { await driver.run(start: Self.started) }
            #expect(await lab.next() == .killOrigin)
            run.cancel()
            // The stream of hops is at its end too, when the guest is not asked any more.
            lab.hop()
            #expect(await run.value == [Problem(.fault, "step 2 of fault 'f' never came: the program ended before")])
            #expect(lab.actions == [.killOrigin])
        }
    }

    @Test("what only takes faults away is not missed when the program ends before", arguments: ["heal", "thaw"])
    func relief(action: String) async throws {
        let lab = Lab()
        let driver = try driver("[{cut: arm}, {\(action): arm, at: 1h}]", lab)
        let run = Task { await driver.run(start: Self.started) }
        #expect(await lab.next() == .cut(node: "arm"))
        run.cancel()
        #expect(await run.value == [])
    }

    @Test("a fault that cannot be injected is told with its node and reason, and no step comes after it")
    func failed() async throws {
        let lab = Lab(failing: .freeze(node: "1"))
        let driver = try driver("[{cut: arm}, {freeze: 1}, {thaw: 1}]", lab)
        let problems = await driver.run(start: Self.started)
        #expect(problems.map(\.kind) == [.fault])
        #expect(problems[0].node == "arm")
        #expect(problems[0].summary.hasPrefix("step 2 of fault 'f' failed: reach the guest"), "\(problems)")
        #expect(lab.actions == [.cut(node: "arm")])
    }

    @Test("a program that ends while its fault is being injected has ended before it")
    func endedMeanwhile() async throws {
        let (begun, feed) = AsyncStream.makeStream(of: Void.self)
        let hands = FaultDriver.Hands(
            awaitHops: { _ in },
            inject: { _ in
                feed.yield()
                try await Task.sleep(for: .seconds(3600))
            })
        for (action, isMissed) in [("cut", true), ("heal", false)] {
            let point = try driver("[{\(action): arm}]", Lab()).point
            let run = Task { await FaultDriver(point: point, hands: hands).run(start: Self.started) }
            _ = await begun.first { _ in true }
            run.cancel()
            #expect(
                await run.value
                    == (isMissed ? [Problem(.fault, "step 1 of fault 'f' never came: the program ended before")] : []))
        }
    }

    @Test("which guests a plan takes, and which nodes it touches")
    func plans() {
        let plan = FaultPlan(
            name: "f",
            steps: [
                FaultStep(.kill(node: "a"), at: .hops(1)), FaultStep(.panic(node: "b"), at: .hops(1)),
                FaultStep(.freeze(node: "c"), at: .hops(1)), FaultStep(.killWorker(node: "d"), at: .hops(1)),
                FaultStep(.killOrigin, at: .hops(1)),
            ])
        #expect(plan.victims == ["a", "b"])
        #expect(plan.steps.map(\.node) == ["a", "b", "c", "d", nil])
        #expect(FaultPlan.none.victims.isEmpty)
    }
}
