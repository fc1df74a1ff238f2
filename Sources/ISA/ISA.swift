/// An instruction set that a node of the lab runs.
///
/// The raw value is the name that multi-ISA binaries carry as a suffix (`hello_x86-64`, `hello_aarch64`).
package enum ISA: String, CaseIterable, Codable, Sendable, Comparable {
    case x86_64 = "x86-64"
    case aarch64 = "aarch64"

    /// Accepts every name that kernel people use for the ISA: `x86`, `x86_64`, `x86-64`, `amd64`, `arm`, `arm64`, `aarch64`.
    package init?(anyName name: String) {
        switch name.lowercased() {
        case "x86", "x86_64", "x86-64", "amd64": self = .x86_64
        case "arm", "arm64", "aarch64": self = .aarch64
        default: return nil
        }
    }

    /// The names that `init(anyName:)` accepts, the preferred one of each ISA first.
    package static let acceptedNames = ["x86", "arm", "x86_64", "x86-64", "amd64", "arm64", "aarch64"]

    /// The short name that node names are made of: `x86` or `arm`.
    package var nodeName: String {
        switch self {
        case .x86_64: "x86"
        case .aarch64: "arm"
        }
    }

    /// The architecture's name in Debian's archive.
    package var debianArchitecture: String {
        switch self {
        case .x86_64: "amd64"
        case .aarch64: "arm64"
        }
    }

    /// The architecture's name in `uname -m`, QEMU and libvirt.
    package var machine: String {
        switch self {
        case .x86_64: "x86_64"
        case .aarch64: "aarch64"
        }
    }

    /// `ARCH=` of the Linux kernel's build system, which is also the directory's name under `arch/`.
    package var kernelArchitecture: String {
        switch self {
        case .x86_64: "x86"
        case .aarch64: "arm64"
        }
    }

    /// The GNU triplet, as in the names of Debian's cross compilers.
    package var gnuTriplet: String { machine + "-linux-gnu" }

    /// The triplet of programs that are linked with musl, as in the paths of Debian's `musl-dev`.
    package var muslTriplet: String { machine + "-linux-musl" }

    /// `e_machine` of the ISA's ELF files (System V ABI, EM_X86_64 and EM_AARCH64).
    package var elfMachine: UInt16 {
        switch self {
        case .x86_64: 62
        case .aarch64: 183
        }
    }

    /// The ISA of the machine this process runs on, if it is one of ours.
    package static var host: ISA? {
        #if arch(x86_64)
            .x86_64
        #elseif arch(arm64)
            .aarch64
        #else
            nil
        #endif
    }

    package static func < (left: ISA, right: ISA) -> Bool { left.rawValue < right.rawValue }
}
