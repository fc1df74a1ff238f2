import FoundationEssentials
import Hypervisor
import ISA
import ImageStore
import Support
import Topology

/// `doctor`: what this host can do, and why not more.
package struct Doctor: Sendable {
    /// What was found out about one thing that labs need.
    package struct Finding: Codable, Sendable {
        /// Whether labs can work with what was found.
        package enum Verdict: String, Codable, Sendable {
            /// Nothing needs to be done.
            case good
            /// It works, but less well than it could.
            case note
            /// Labs cannot work like this.
            case bad
        }

        /// What was looked at: a program by its name, or words such as `libvirt` or `aarch64 guests`.
        package var subject: String
        /// Whether it will do.
        package var verdict: Verdict
        /// What was found, such as a program's path, or an error's text.
        package var detail: String
        /// What the user can do about it; `nil` if there is nothing to do, or no advice to give.
        package var hint: String?
    }

    let environment: LabEnvironment

    /// Makes a doctor for this host and the directories of `environment`; nothing is looked at yet.
    package init(environment: LabEnvironment) { self.environment = environment }

    /// Looks at everything that `up` needs; in the order of a boot.
    package func findings() async -> [Finding] {
        var findings = programs() + account() + directories()
        findings += await hypervisor()
        return findings
    }

    private static let needed =
        ISA.allCases.map(HostRequirements.emulator) + [HostRequirements.wire]
        + ([("apt-get", "fetches the packages of guest images", "apt")] + ISA.allCases.map(compiler) + [
            ("make", "builds kernel modules", "make"), ("depmod", "orders kernel modules", "kmod"),
        ]).map(HostRequirements.Program.init)

    private static func compiler(for isa: ISA) -> (name: String, purpose: String, package: String) {
        let tools = CrossTools(for: isa, host: ISA.host)
        return (tools.gcc, "compiles for \(isa.rawValue) guests", tools.gccPackage)
    }

    private func programs() -> [Finding] {
        let requirements = HostRequirements(variables: environment.variables)
        return Self.needed.map { program in
            if let path = requirements.find(program.name) {
                return Finding(subject: program.name, verdict: .good, detail: path, hint: nil)
            }
            return Finding(
                subject: program.name, verdict: .bad, detail: "not found; it \(program.purpose)",
                hint: "run `make setup`, or install the Debian package \(program.package)")
        }
    }

    /// libvirt's QEMU driver looks its build's account up when root starts it, though our guests do not run as that.
    private func account() -> [Finding] {
        guard geteuid() == 0 else { return [] }
        let name = "libvirt-qemu"
        let known = getpwnam(name) != nil
        return [
            Finding(
                subject: "account", verdict: known ? .good : .bad,
                detail: known
                    ? "\(name), which libvirt demands, exists" : "there is no account \(name), which libvirt demands",
                hint: known ? nil : "run `make setup`, which creates it")
        ]
    }

    private func directories() -> [Finding] {
        let directories = environment.directories
        var findings = [("images", directories.cache), ("labs and runs", directories.state)].map { subject, path in
            do {
                try Directories.create(path)
                guard access(path, W_OK) == 0 else { throw SystemError("write to \(path)") }
                let free = Self.freeMiB(path)
                return Finding(
                    subject: subject, verdict: free < 1024 ? .note : .good, detail: "\(path), \(free) MiB free",
                    hint: free < 1024 ? "a first image build needs about 1 GiB; `popcorn-lab prune` frees some" : nil)
            } catch {
                return Finding(
                    subject: subject, verdict: .bad, detail: "\(error)", hint: "set XDG_CACHE_HOME or XDG_STATE_HOME")
            }
        }
        let longest = LabPaths(directories: directories, name: String(repeating: "n", count: NameRule.longest))
            .consoleSocket(String(repeating: "n", count: NameRule.longest))
        let fits = longest.utf8.count < 108
        findings.append(
            Finding(
                subject: "sockets", verdict: fits ? .good : .note, detail: directories.runtime,
                hint: fits
                    ? nil : "long lab and node names will not fit in a socket's path; set a shorter XDG_RUNTIME_DIR"))
        return findings
    }

    private static func freeMiB(_ path: String) -> UInt64 {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return 0 }
        return (UInt64(status.f_bavail) * UInt64(status.f_frsize)) >> 20
    }

    private func hypervisor() async -> [Finding] {
        do {
            let hypervisor = try environment.hypervisor()
            let versions = try await hypervisor.withConnection { try await $0.versions() }
            let link = Finding(
                subject: "libvirt", verdict: .good,
                detail:
                    "\(hypervisor.target.uri) (\(hypervisor.target.reason)); libvirt \(versions.libvirt), QEMU \(versions.qemu)",
                hint: nil)
            return [link] + (await acceleration(hypervisor))
        } catch {
            return [Finding(subject: "libvirt", verdict: .bad, detail: "\(error)", hint: "run `make setup`")]
        }
    }

    private func acceleration(_ hypervisor: Hypervisor) async -> [Finding] {
        let image = ISA.host.flatMap { isa in
            (try? environment.imageStore.recipe(named: NodeSpec.defaultImage)).flatMap {
                try? environment.imageStore.lookup(recipe: $0, isa: isa)
            }
        }
        var findings: [Finding] = []
        for isa in ISA.allCases {
            do {
                let probe =
                    isa == ISA.host ? image.map { AccelerationProbe(kernel: $0.kernel, initramfs: $0.initramfs) } : nil
                let choice = try await Accelerator.decide(.auto, isa: isa, probe: probe, on: hypervisor)
                findings.append(
                    Finding(
                        subject: "\(isa.rawValue) guests", verdict: choice.accelerator == .kvm ? .good : .note,
                        detail: "run under \(choice.accelerator.rawValue): \(choice.reason)",
                        hint: nil))
            } catch {
                findings.append(
                    Finding(subject: "\(isa.rawValue) guests", verdict: .bad, detail: "\(error)", hint: nil))
            }
        }
        return findings
    }
}
