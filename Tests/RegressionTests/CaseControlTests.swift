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
        control.noteDeath("arm", "panic")
        control.noteDeath("x86", "gone")
        control.noteDeath("arm", "gone")
        #expect(control.deaths.map(\.node) == ["arm", "x86"])
        #expect(control.deaths.map(\.summary) == ["panic", "gone"])
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
