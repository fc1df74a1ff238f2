import Support
import Testing

@testable import Guest

@Suite("Signals of remote commands")
struct SignalNameTests {
    @Test("every signal has a name of its own, which leads back to its number")
    func names() {
        for number in Int32(1)...64 { #expect(SignalName.number(SignalName.text(number)) == number) }
        #expect(SignalName.text(SIGBUS) == "BUS" && SignalName.text(SIGSYS) == "SYS")
        #expect(SignalName.text(37) == "RTMIN+3")
        #expect(SignalName.number("NONSENSE@openssh.com") == nil)
    }

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
