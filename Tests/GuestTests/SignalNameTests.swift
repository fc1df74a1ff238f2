import Support
import Testing

@testable import Guest

@Suite("Signals of remote commands")
struct SignalNameTests {
    @Test("what the guest kept of unnamed signals is read line by line")
    func endings() {
        #expect(
            GuestSession.endings("7 0\n31 1\nnonsense\n") == [
                .signalled(name: "BUS", coreDumped: false), .signalled(name: "SYS", coreDumped: true),
            ])
    }

    @Test("a signal is 128 and its number, and has words; an exit code as high has none")
    func exitCodes() {
        let result = RemoteResult(ending: .signalled(name: "BUS", coreDumped: true))
        #expect(result.exitCode == 135 && result.signalText == "ended by SIGBUS (core dumped)")
        #expect(RemoteResult(ending: .exited(135)).signalText == nil)
    }
}
