import FoundationEssentials
import ISA
import Support
import Topology

/// Which accelerator a guest gets, and why.
package struct AcceleratorChoice: Sendable, Hashable {
    /// What the guest is to be started with.
    package var accelerator: Accelerator
    /// Half a sentence for `status` and `doctor`, such as `the host is x86-64`.
    package var reason: String

    /// Makes a choice of what was decided elsewhere; nothing is tried out.
    package init(_ accelerator: Accelerator, reason: String) {
        self.accelerator = accelerator
        self.reason = reason
    }
}

extension Accelerator {
    /// Decides for guests of one ISA.
    ///
    /// `auto` takes KVM where a probe guest boots under it; the answer is remembered for this host, kernel, CPU, QEMU and libvirt.
    /// - Parameter probe: the guest to try; without one, `auto` takes KVM only if it has been proved before.
    /// - Throws: `HypervisorError` with `acceleratorUnavailable` if KVM is asked for and cannot be; or if the hypervisor
    ///   cannot be reached.
    package static func decide(
        _ request: AcceleratorRequest, isa: ISA, probe: AccelerationProbe?, on hypervisor: Hypervisor
    ) async throws -> AcceleratorChoice {
        if request == .tcg { return AcceleratorChoice(.tcg, reason: "it was asked for") }
        let versions = try await hypervisor.withConnection { try await $0.versions() }
        if let known = try known(request, isa: isa, versions: versions, on: hypervisor) { return known }
        guard let probe else {
            return AcceleratorChoice(.tcg, reason: "KVM has not been tried out on this host yet")
        }
        let verdict = try await probe.verdict(on: AccelerationSubject(versions, isa), hypervisor: hypervisor)
        try Directories.create(hypervisor.stateDirectory)
        try hypervisor.accelerationVerdicts.remember(verdict)
        return AcceleratorChoice(verdict.accelerator, reason: verdict.reason)
    }

    /// `decide` as far as no guest has to be tried: `nil` if only a probe could tell.
    ///
    /// A probe needs the connection to the hypervisor for itself; this may be asked by who has one open.
    package static func known(
        _ request: AcceleratorRequest, isa: ISA, versions: HypervisorVersions, on hypervisor: Hypervisor
    ) throws -> AcceleratorChoice? {
        if request == .tcg { return AcceleratorChoice(.tcg, reason: "it was asked for") }
        if let obstacle = obstacle(isa: isa, versions: versions, hypervisor: hypervisor) {
            if request == .auto { return AcceleratorChoice(.tcg, reason: obstacle) }
            throw HypervisorError(
                .acceleratorUnavailable, "\(isa.rawValue) guests cannot run under KVM: \(obstacle)",
                hint: "use --accel auto or --accel tcg")
        }
        if request == .kvm { return AcceleratorChoice(.kvm, reason: "it was asked for") }
        guard hypervisor.target.isLocal else {
            return AcceleratorChoice(.kvm, reason: "the remote host is \(isa.rawValue) too; not tried out")
        }
        return hypervisor.accelerationVerdicts.find(AccelerationSubject(versions, isa)).map {
            AcceleratorChoice($0.accelerator, reason: $0.reason)
        }
    }

    /// Why KVM is out of the question, if it is.
    private static func obstacle(isa: ISA, versions: HypervisorVersions, hypervisor: Hypervisor) -> String? {
        if ISA(anyName: versions.hostMachine) != isa {
            return "the host is \(ISA(anyName: versions.hostMachine)?.rawValue ?? versions.hostMachine)"
        }
        guard hypervisor.target.isLocal else { return nil }
        let descriptor = open("/dev/kvm", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return "/dev/kvm: \(errorText(errno))" }
        close(descriptor)
        return nil
    }
}

extension AccelerationProbe {
    func verdict(
        of accelerator: Accelerator = .kvm, on subject: AccelerationSubject, hypervisor: Hypervisor
    ) async throws -> AccelerationVerdict {
        let start = ContinuousClock.now
        let failure = try await failure(of: accelerator, isa: subject.isa, on: hypervisor)
        return AccelerationVerdict(
            subject: subject, accelerator: failure == nil ? .kvm : .tcg,
            reason: failure.map { "KVM does not work here: \($0)" } ?? "a probe guest booted under KVM",
            time: Date(), durationMilliseconds: (ContinuousClock.now - start).milliseconds)
    }
}

extension Hypervisor {
    var accelerationVerdicts: AccelerationVerdicts {
        AccelerationVerdicts(path: stateDirectory + "/acceleration.json")
    }
}

extension AccelerationSubject {
    /// This host, as it is now.
    fileprivate init(_ versions: HypervisorVersions, _ isa: ISA) {
        self.init(
            hostKernel: HostFacts.kernelRelease, hostCPU: HostFacts.cpuModel, hasKVM: true, versions: versions, isa: isa
        )
    }
}

/// What is the same about a host from boot to boot.
enum HostFacts {
    static var kernelRelease: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "" }
        return withUnsafeBytes(of: name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// `model name` on x86-64; on aarch64, which has no such line, implementer and part.
    static var cpuModel: String {
        let bytes = FileManager.default.contents(atPath: "/proc/cpuinfo") ?? Data()
        let wanted = ["model name", "CPU implementer", "CPU part"]
        var found: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmed }
            if parts.count == 2, wanted.contains(parts[0]), found[parts[0]] == nil { found[parts[0]] = parts[1] }
        }
        return wanted.compactMap { found[$0] }.joined(separator: " ")
    }
}

extension Substring {
    fileprivate var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
