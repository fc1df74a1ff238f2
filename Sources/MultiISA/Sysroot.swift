import Debian
import FoundationEssentials
import ISA
import Support

/// musl for every ISA, as Debian packages it: headers, start files and the static libc.
///
/// apt resolves, verifies and downloads the packages in a private root, so that the host needs no foreign architecture and
/// the user no privileges. What was downloaded and what was unpacked stay in the cache.
struct Sysroot: Sendable {
    let directory: String

    func headers(_ isa: ISA) -> String { "\(directory)/\(isa.rawValue)/usr/include/\(isa.muslTriplet)" }
    func libraries(_ isa: ISA) -> String { "\(directory)/\(isa.rawValue)/usr/lib/\(isa.muslTriplet)" }

    /// The cached sysroot, made now if this is the first use.
    ///
    /// - Parameter aptConfiguration: the host's apt directory, whose sources of Debian packages are used.
    static func prepare(_ directories: Directories, aptConfiguration: String = "/etc/apt") async throws -> Sysroot {
        let sysroot = Sysroot(directory: directories.cache + "/sysroots/musl")
        if !sysroot.isComplete {
            let downloads = DownloadCache(directory: directories.downloads)
            for path in [directories.cache + "/sysroots", directories.downloads] { try Directories.create(path) }
            try await CacheDirectory.fill(sysroot.directory) { work in
                // `popcorn-lab images prune` removes what no image needs.
                let lock = try await CacheDirectory.lock(downloads.lockFile)
                defer { withExtendedLifetime(lock) {} }
                for isa in ISA.allCases { try await fetch(isa, into: work, downloads, aptConfiguration) }
            }
        }
        return sysroot
    }

    private var isComplete: Bool {
        ISA.allCases.allSatisfy { access(libraries($0) + "/libc.a", R_OK) == 0 }
    }

    private static func fetch(
        _ isa: ISA, into work: String, _ downloads: DownloadCache, _ aptConfiguration: String
    ) async throws {
        let purpose = "fetch musl for \(isa.rawValue)", architecture = isa.debianArchitecture
        let apt = "\(work)/apt-\(isa.rawValue)", folder = apt + "/packages"
        try Directories.create(folder)
        defer { try? FileManager.default.removeItem(atPath: apt) }
        let root = try AptRoot(directory: apt, hostConfiguration: aptConfiguration) { tool, arguments, folder, _ in
            try await Tool(name: tool, package: "apt")
                .output(arguments, in: folder, else: .host, purpose: purpose)
        }
        try await root.update(architectures: [architecture])
        let packages = try await root.packages(["musl-dev"], architecture: architecture, purpose: purpose)
        let absent = packages.filter { !downloads.holds($0) }
        try await root.download(absent, architecture: architecture, into: folder)
        try downloads.adopt(absent, from: folder)
        for package in packages {
            try await Tool.unpack.output(
                ["-x", downloads.path(of: package), "\(work)/\(isa.rawValue)"], else: .host, purpose: purpose)
        }
    }
}
