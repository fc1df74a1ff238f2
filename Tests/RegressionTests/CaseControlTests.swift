import Synchronization
import Testing

@testable import Regression

@Suite("What ends a case")
struct CaseControlTests {
    private final class Count: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func add() { count.withLock { $0 += 1 } }
    }

    @Test("the first reason counts, and each ends the program")
    func reasons() {
        let control = CaseControl(), ends = Count()
        #expect(control.reason == nil)
        control.onEnd { ends.add() }
        #expect(ends.value == 0)
        control.end(.guestDied)
        control.end(.timeIsOver)
        #expect(ends.value == 2)
        guard case .guestDied = control.reason else {
            Issue.record("\(String(describing: control.reason))")
            return
        }
    }

    @Test("a reason that comes before the program can be ended is not lost")
    func late() {
        let control = CaseControl(), ends = Count()
        control.end(.tooMuchOutput)
        control.onEnd { ends.add() }
        #expect(ends.value == 1)
    }

    @Test("the first report of a node's death counts, in the order of deaths")
    func deaths() {
        let control = CaseControl()
        control.noteDeath("arm", "panic", endsCase: false)
        control.noteDeath("x86", "gone", endsCase: true)
        control.noteDeath("arm", "gone", endsCase: false)
        #expect(control.deaths.map(\.node) == ["arm", "x86"])
        #expect(control.deaths.map(\.summary) == ["panic", "gone"])
        guard case .guestDied = control.reason else { return #expect(Bool(false), "\(control.reason as Any)") }
    }

    @Test(
        "whoever has lost a connection learns of the guest's end, be it noted before or after, and waits no longer than asked"
    )
    func awaited() async {
        let dead = CaseControl(), dying = CaseControl(), alive = CaseControl()
        dead.noteDeath("arm", "gone", endsCase: true)
        await dead.awaitDeath(within: .seconds(60))
        async let noted: Void = dying.awaitDeath(within: .seconds(60))
        dying.noteDeath("arm", "gone", endsCase: true)
        await noted
        #expect(dead.deaths.count == 1 && dying.deaths.count == 1)
        await alive.awaitDeath(within: .milliseconds(1))
        #expect(alive.reason == nil)
    }

    @Test("the start is told to whoever waits for it, and that there was none")
    func start() async {
        let started = CaseControl(), never = CaseControl()
        let before = ContinuousClock.now
        started.programStarted()
        #expect(await started.start.value.map { $0 >= before } == true)
        never.close()
        #expect(await never.start.value == nil)
    }
}
