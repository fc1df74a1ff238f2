import ISA
import Support
import Topology

/// The programs of this host that guests need, looked for before anything is created.
struct HostRequirements {
    struct Program {
        var name: String
        var purpose: String
        /// Debian's.
        var package: String
    }

    /// The process's environment variables.
    let variables: [String: String]

    static func emulator(of isa: ISA) -> Program {
        switch isa {
        case .x86_64:
            Program(name: "qemu-system-x86_64", purpose: "runs x86-64 guests", package: "qemu-system-x86")
        case .aarch64:
            Program(name: "qemu-system-aarch64", purpose: "runs aarch64 guests", package: "qemu-system-arm")
        }
    }

    static let wire = Program(name: "vde_switch", purpose: "is the Ethernet between guests", package: "vde2")

    /// - Throws: `LabError.Code.hostUnfit` with the packages that a lab of these ISAs lacks.
    func check(_ isas: [ISA]) throws {
        let missing = (isas.map(Self.emulator) + [Self.wire]).filter { find($0.name) == nil }
        guard !missing.isEmpty else { return }
        throw LabError(
            .hostUnfit,
            "this host has no " + missing.map { "\($0.name), which \($0.purpose)" }.joined(separator: ", and no "),
            hint: "run `make setup`, or `apt-get install \(missing.map(\.package).joined(separator: " "))`")
    }

    /// Where a program is.
    func find(_ program: String) -> String? {
        // Users' PATH often lacks the directories for administrators, where depmod lives.
        let path = (variables["PATH"] ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin"
        return path.split(separator: ":").map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }
}
