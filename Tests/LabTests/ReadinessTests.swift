import Guest
import Hypervisor
import ISA
import Testing
import Topology

@testable import Lab

@Suite("Readiness")
struct ReadinessTests {
    @Test(
        "the lines of our init are understood",
        arguments: [
            ("[    1.2] popcorn-init: booted 6.1.0", ConsoleEvent.met(.kernel)),
            ("popcorn-init: fabric 10.4.4.100/24", .met(.fabric)),
            ("popcorn-init: modules popcorn msg_socket", .met(.messageLayer)),
            ("popcorn-init: sshd", .sshListens),
            ("popcorn-init: peers 1 of 2", .peers(up: 1, of: 2)),
            ("popcorn-init: joined 1 aarch64", .joined(id: 1, architecture: "aarch64")),
            ("popcorn-init: error fabric: no interface", .failed(.fabric, message: "no interface")),
            (
                "[ 2.0] Kernel panic - not syncing: VFS: Unable to mount root fs",
                .panicked("Kernel panic - not syncing: VFS: Unable to mount root fs")
            ),
        ])
    func lines(line: String, event: ConsoleEvent) { #expect(ConsoleEvent(line: line) == event) }

    @Test(
        "other lines mean nothing",
        arguments: [
            "", "popcorn-init:", "popcorn-init: ", "popcorn-init: lunch", "popcorn-init: peers 1",
            "popcorn-init: peers a of b",
            "popcorn-init: error lunch: late", "popcorn-init: error fabric", "Kernel panics are bad",
        ])
    func noise(line: String) { #expect(ConsoleEvent(line: line) == nil) }

    @Test("a node is ready when every requirement is met, in any order")
    func anyOrder() {
        for order in [Requirement.allCases, Requirement.allCases.reversed()] {
            var state = Readiness()
            for requirement in order {
                #expect(state.waitingFor != nil)
                #expect(state.fulfil(requirement) == [requirement])
                #expect(state.fulfil(requirement).isEmpty, "it is announced once")
            }
            #expect(state.waitingFor == nil)
        }
    }

    @Test("a lost peer takes readiness back, and an error is forgotten when its requirement is met after all")
    func setbacks() {
        var state = Readiness()
        for requirement in Requirement.allCases { _ = state.fulfil(requirement) }
        #expect(state.waitingFor == nil)
        _ = state.handle(.peers(up: 0, of: 1), from: .port)
        #expect(state.waitingFor == .peers)
        _ = state.handle(.failed(.peers, message: "refused"), from: .port)
        #expect(state.errors[.peers] == "refused")
        #expect(state.handle(.peers(up: 1, of: 1), from: .port) == [.peers])
        #expect(state.errors.isEmpty && state.waitingFor == nil)
    }

    @Test("the console counts until the port has spoken, but for a panic")
    func sources() {
        var state = Readiness()
        #expect(state.handle(.met(.kernel), from: .console) == [.kernel])
        #expect(state.handle(.met(.kernel), from: .port).isEmpty)
        #expect(state.handle(.peers(up: 1, of: 1), from: .port) == [.peers])
        _ = state.handle(.peers(up: 0, of: 1), from: .console)
        _ = state.handle(.failed(.fabric, message: "torn"), from: .console)
        #expect(state.met.contains(.peers) && state.errors.isEmpty)
        _ = state.handle(.panicked("Kernel panic"), from: .console)
        #expect(state.panic == "Kernel panic")
    }

    @Test("a panic is remembered, and that sshd listens is no proof that it answers")
    func panic() {
        var state = Readiness()
        _ = state.handle(.sshListens, from: .console)
        #expect(state.sshListens && !state.met.contains(.ssh))
        _ = state.handle(.panicked("Kernel panic - not syncing: test"), from: .console)
        #expect(state.panic == "Kernel panic - not syncing: test")
    }

    @Test(
        "a console is shown without control sequences",
        arguments: [
            ("\u{1b}[2J\u{1b}[01;31mred\u{1b}[0m", "red"), ("a\tb\r", "a\tb"), ("\u{1b}", ""), ("\u{1b}[", ""),
            ("\u{1b}c after", " after"),
            ("bell\u{7}", "bell"), ("\u{1b}[1;", ""), ("µs", "µs"),
        ])
    func plain(text: String, expected: String) { #expect(ConsoleText.plain(text) == expected) }

    @Test("a console that does not exist is empty, in words")
    func emptyConsole() {
        #expect(SerialLog(path: "/nonexistent/serial.log").tail(5) == ["(the console is empty)"])
    }

    @Test("a node's own kernel arguments come last, where they win")
    func commandLine() {
        for isa in ISA.allCases {
            for accelerator in [Accelerator.kvm, .tcg] {
                let plain = KernelCommandLine.embedded(isa: isa, accelerator: accelerator)
                let extended = KernelCommandLine.embedded(isa: isa, accelerator: accelerator, extra: "loglevel=8")
                #expect(extended == plain + " loglevel=8")
                #expect(plain.contains("panic=-1"))
                // Stamps of traces must not stand still; with KVM the clock is the host's.
                #expect(plain.contains("tsc=reliable") == (isa == .x86_64 && accelerator == .tcg))
                #expect(plain.contains("kpti=off") == (isa == .aarch64 && accelerator == .tcg))
                #expect(plain.contains("virtio_net.napi_tx=0") == (accelerator == .tcg))
            }
        }
    }
}
