import FoundationEssentials
import ISA
import Support
import TestSupport
import Testing
import Topology

@testable import Hypervisor

@Suite("The decision on acceleration", .serialized)
struct AccelerationTests {
    private func probe(_ lab: TestLab, printing text: String, silence: Duration = .seconds(2)) throws
        -> AccelerationProbe
    {
        let kernel = lab.directory + "/probe.kernel"
        try TinyKernel.write(.x86_64, printing: text, to: kernel)
        return AccelerationProbe(
            kernel: kernel, initramfs: nil, memoryMiB: 64, deadline: .seconds(30), silenceLimit: silence)
    }

    private var subject: AccelerationSubject {
        AccelerationSubject(
            hostKernel: "6.1", hostCPU: "c", hasKVM: true,
            versions: HypervisorVersions(qemu: "7.2.0", libvirt: "9.0.0", hostMachine: "x86_64"), isa: .x86_64)
    }

    /// Whether a QEMU with the lab's probe kernel is still there.
    private func probeIsRunning(_ lab: TestLab) -> Bool {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.compactMap { Int32($0) }.contains { pid in
            let commandLine = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
            return String(decoding: commandLine, as: UTF8.self).contains(lab.directory + "/probe.kernel")
        }
    }

    // The probe does not care what runs it, so TCG stands in for a KVM that works, or does not.
    @Test("a guest that reaches its marker proves the accelerator")
    func success() async throws {
        let lab = try TestLab()
        try await lab.run {
            let probe = try probe(lab, printing: "Linux version\r\npopcorn-init: up\r\n", silence: .seconds(20))
            let verdict = try await probe.verdict(of: .tcg, on: subject, hypervisor: lab.hypervisor)
            #expect(verdict.accelerator == .kvm)
            #expect(verdict.durationMilliseconds > 0)
            #expect(!probeIsRunning(lab))
        }
    }

    @Test("a guest that never prints is ended, and TCG is taken")
    func silence() async throws {
        let lab = try TestLab()
        try await lab.run {
            let probe = try probe(lab, printing: "", silence: .milliseconds(500))
            let verdict = try await probe.verdict(of: .tcg, on: subject, hypervisor: lab.hypervisor)
            #expect(verdict.accelerator == .tcg)
            #expect(verdict.reason.contains("printed nothing"))
            #expect(!probeIsRunning(lab))
        }
    }

    @Test("a guest that hangs after its first lines is ended, and TCG is taken")
    func hang() async throws {
        let lab = try TestLab()
        try await lab.run {
            var probe = try probe(lab, printing: "early output\n", silence: .seconds(20))
            probe.marker = "user space"
            // The guest has all it needs to print its lines, and nothing more to come.
            probe.deadline = .seconds(3)
            let verdict = try await probe.verdict(of: .tcg, on: subject, hypervisor: lab.hypervisor)
            #expect(verdict.accelerator == .tcg)
            #expect(verdict.reason.contains("user space") || verdict.reason.contains("printed nothing"))
            #expect(!probeIsRunning(lab))
        }
    }

    @Test("a probe guest without a kernel is an error, not a verdict")
    func noKernel() async throws {
        let lab = try TestLab()
        try await lab.run {
            let probe = AccelerationProbe(kernel: lab.directory + "/missing", initramfs: nil)
            await #expect(throws: HypervisorError.self) {
                try await probe.verdict(on: subject, hypervisor: lab.hypervisor)
            }
        }
    }

    @Test("guests of another ISA than the host's run under TCG, and KVM is refused with the reason")
    func foreign() async throws {
        let lab = try TestLab()
        try await lab.run {
            let host = try #require(ISA.host)
            let foreign = try #require(ISA.allCases.first { $0 != host })
            let choice = try await Accelerator.decide(.auto, isa: foreign, probe: nil, on: lab.hypervisor)
            #expect(choice == AcceleratorChoice(.tcg, reason: "the host is \(host.rawValue)"))
            let error = await #expect(throws: HypervisorError.self) {
                try await Accelerator.decide(.kvm, isa: foreign, probe: nil, on: lab.hypervisor)
            }
            #expect(error?.code == .acceleratorUnavailable)
            #expect(error?.exitStatus == .unavailable)
            #expect(try await Accelerator.decide(.tcg, isa: host, probe: nil, on: lab.hypervisor).accelerator == .tcg)
        }
    }

    @Test("auto without /dev/kvm names it; with it, the probe runs once and its verdict is kept")
    func auto() async throws {
        let lab = try TestLab()
        try await lab.run {
            let host = try #require(ISA.host)
            // It never prints, so the verdict is TCG whether or not KVM works here.
            let kernel = lab.directory + "/silent.kernel"
            try TinyKernel.write(host, printing: "", to: kernel)
            let probe = AccelerationProbe(
                kernel: kernel, initramfs: nil, memoryMiB: 64, silenceLimit: .milliseconds(300))
            let choice = try await Accelerator.decide(.auto, isa: host, probe: probe, on: lab.hypervisor)
            #expect(choice.accelerator == .tcg)
            #expect(!choice.reason.contains("\n"))
            if access("/dev/kvm", R_OK | W_OK) == 0 {
                let verdict = try #require(lab.hypervisor.accelerationVerdicts.all.first)
                #expect(verdict.reason == choice.reason)
                // Without a probe, only the memory can answer.
                #expect(try await Accelerator.decide(.auto, isa: host, probe: nil, on: lab.hypervisor) == choice)
                try lab.hypervisor.accelerationVerdicts.forget()
                let blank = try await Accelerator.decide(.auto, isa: host, probe: nil, on: lab.hypervisor)
                #expect(blank.reason.contains("not been tried"))
            } else {
                #expect(choice.reason.contains("/dev/kvm"))
            }
        }
    }

    @Test("a verdict holds for the very same host only, and a damaged file for none")
    func verdicts() throws {
        let scratch = try Scratch()
        let path = scratch.file("verdicts")
        let verdicts = AccelerationVerdicts(path: path)
        #expect(verdicts.all.isEmpty)
        try verdicts.forget()
        let verdict = AccelerationVerdict(
            subject: subject, accelerator: .tcg, reason: "r", time: Date(timeIntervalSince1970: 1_700_000_000),
            durationMilliseconds: 7)
        try verdicts.remember(verdict)
        #expect(verdicts.find(subject) == verdict)
        var other = subject
        other.hostKernel = "6.2"
        #expect(verdicts.find(other) == nil)
        other.isa = .aarch64
        try verdicts.remember(
            AccelerationVerdict(
                subject: other, accelerator: .kvm, reason: "", time: verdict.time, durationMilliseconds: 0))
        #expect(verdicts.all.count == 2)
        try AtomicFile.write("{ not json", to: path)
        #expect(verdicts.find(subject) == nil)
    }

    @Test("time limits grow under emulation, and with the slowest of several guests")
    func timeScale() {
        #expect(TimeScale(.kvm)(.seconds(2)) == .seconds(2))
        #expect(TimeScale(.tcg)(.seconds(2)) > .seconds(2))
    }
}
