import FoundationEssentials
import ISA
import Support

/// musl for every ISA, as Debian packages it: headers, start files and the static libc.
///
/// apt resolves, verifies and downloads the packages in a private root, so that the host needs no foreign architecture and
/// the user no privileges. What was unpacked stays in the cache.
struct Sysroot: Sendable {
    let directory: String

    func headers(_ isa: ISA) -> String { "\(directory)/\(isa.rawValue)/usr/include/\(isa.muslTriplet)" }
    func libraries(_ isa: ISA) -> String { "\(directory)/\(isa.rawValue)/usr/lib/\(isa.muslTriplet)" }

    /// The cached sysroot, made now if this is the first use.
    static func prepare(cache: String) async throws -> Sysroot {
        let sysroot = Sysroot(directory: cache + "/sysroots/musl")
        if !sysroot.isComplete {
            try Directories.create(cache + "/sysroots")
            try await CacheDirectory.fill(sysroot.directory) { work in
                for isa in ISA.allCases { try await sysroot.fetch(isa, work: work) }
            }
        }
        return sysroot
    }

    private var isComplete: Bool {
        ISA.allCases.allSatisfy { access(libraries($0) + "/libc.a", R_OK) == 0 }
    }

    private func fetch(_ isa: ISA, work: String) async throws {
        let apt = "\(work)/apt-\(isa.rawValue)", packages = apt + "/packages"
        for path in ["lists/partial", "archives/partial", "packages"] { try Directories.create("\(apt)/\(path)") }
        try AtomicFile.write("", to: apt + "/status")
        let architecture = isa.debianArchitecture
        let settings = [
            "APT::Architecture=\(architecture)", "APT::Architectures=\(architecture)", "APT::Sandbox::User=root",
            "Dir::State=\(apt)", "Dir::State::lists=\(apt)/lists", "Dir::State::status=\(apt)/status",
            "Dir::Cache=\(apt)", "Dir::Cache::archives=\(apt)/archives", "Acquire::Languages=none",
            "Acquire::http::Timeout=20", "Acquire::https::Timeout=20",
        ].flatMap { ["-o", $0] }
        let purpose = "fetch musl for \(isa.rawValue)"
        try await Tool.apt.output(settings + ["update", "-q"], else: .host, purpose: purpose)
        try await Tool.apt.output(
            settings + ["download", "-q", "musl-dev"], in: packages, else: .host, purpose: purpose)
        let names = try FileManager.default.contentsOfDirectory(atPath: packages)
        guard let package = names.first(where: { $0.hasSuffix(".deb") }) else {
            throw CompilerError(.host, "cannot \(purpose): apt downloaded no package")
        }
        try await Tool.unpack.output(
            ["-x", "\(packages)/\(package)", "\(work)/\(isa.rawValue)"], else: .host, purpose: purpose)
        try? FileManager.default.removeItem(atPath: apt)
    }
}
