import FoundationEssentials
import ISA
import Support
import Topology

/// A guest that shows whether KVM really runs guests here: /dev/kvm may open and no kernel ever start.
package struct AccelerationProbe: Sendable {
    /// The path of the guest's kernel on this host.
    package var kernel: String
    /// The path of its initramfs on this host; `nil` for a kernel that prints the marker without one.
    package var initramfs: String?
    /// What the guest prints when its user space runs.
    var marker: String
    /// The guest's memory in MiB.
    package var memoryMiB: Int
    /// From QEMU's start to the marker, for a guest on real hardware.
    package var deadline: Duration
    /// How long the guest may print nothing at all.
    var silenceLimit: Duration

    /// The defaults are for an image of ours: the reports of its init begin with the marker.
    package init(
        kernel: String, initramfs: String?, marker: String = "popcorn-init:", memoryMiB: Int = 512,
        deadline: Duration = .seconds(5), silenceLimit: Duration = .seconds(2)
    ) {
        self.kernel = kernel
        self.initramfs = initramfs
        self.marker = marker
        self.memoryMiB = memoryMiB
        self.deadline = deadline
        self.silenceLimit = silenceLimit
    }

    /// Boots the guest and ends it again.
    ///
    /// - Returns: `nil` if it got as far as its marker, else what went wrong.
    /// - Throws: `HypervisorError` if the question could not be put: no connection, no such kernel.
    func failure(of accelerator: Accelerator, isa: ISA, on hypervisor: Hypervisor) async throws -> String? {
        for file in [kernel, initramfs].compactMap({ $0 }) where access(file, R_OK) != 0 {
            throw HypervisorError(.invalidSpec, "the probe guest's file \(file) cannot be read: \(errorText(errno))")
        }
        let directory = "/tmp/popcorn-lab-probe-\(UUID().uuidString.prefix(8).lowercased())"
        try Directories.create(directory)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let spec = spec(accelerator, isa: isa, directory: directory, owner: hypervisor.owner)

        let outcome: Result<String?, any Error>
        do {
            try await hypervisor.withConnection { try await $0.start(spec) }
            outcome = .success(try await watch(spec))
        } catch let error as HypervisorError where [.startFailed, .operationFailed, .invalidSpec].contains(error.code) {
            // QEMU's last words may be several lines; the first says what it was.
            outcome = .success(error.summary.split(whereSeparator: \.isNewline).first.map(String.init) ?? error.summary)
        } catch {
            outcome = .failure(error)
        }
        try await hypervisor.withConnection { try await $0.destroy(spec.uuid) }
        return try outcome.get()
    }

    private func spec(_ accelerator: Accelerator, isa: ISA, directory: String, owner: String) -> DomainSpec {
        let early =
            switch isa {
            case .x86_64: "earlyprintk=ttyS0,115200"
            case .aarch64: "earlycon"
            }
        let id = UUID().uuidString.lowercased()
        return DomainSpec(
            name: "popcorn-lab-probe-\(id.prefix(8))", uuid: id,
            metadata: LabMetadata(
                owner: owner, lab: "acceleration probe", labID: id, node: "probe",
                keeper: ProcessIdentity(pid: getpid())),
            isa: isa,
            accelerator: accelerator, memoryMiB: memoryMiB, kernel: kernel, initramfs: initramfs,
            commandLine: (KernelArguments.base(isa) + [early]).joined(separator: " "),
            consoleSocket: directory + "/console.sock", consoleLog: directory + "/console.log")
    }

    private func watch(_ spec: DomainSpec) async throws -> String? {
        guard let process = QEMUProcess.find(uuid: spec.uuid) else { return "QEMU ended at once" }
        let console = try ConsoleWatch(path: spec.consoleLog, process: process)
        let start = ContinuousClock.now
        switch try await console.wait(for: "", limit: min(silenceLimit, deadline)) {
        case .ended: return "QEMU ended before the probe guest printed anything"
        case .timedOut: return "the probe guest printed nothing within \(min(silenceLimit, deadline))"
        case .found(let line): if line.contains(marker) { return nil }
        }
        switch try await console.wait(for: marker, limit: deadline - (.now - start)) {
        case .ended: return "QEMU ended before the probe guest printed `\(marker)`"
        case .timedOut: return "the probe guest did not print `\(marker)` within \(deadline)"
        case .found: return nil
        }
    }
}
