import FoundationEssentials
import Support
import Topology

/// The unpacked headers and build tools of one kernel, as `make` needs them.
struct KernelHeaders: Sendable {
    /// The directory that stands for `/`.
    let root: String
    let isa: ISA

    /// Unpacks the packages' `/usr/src` and `/usr/lib/linux-kbuild-*`, without other ISAs' headers.
    static func unpack(_ packages: [String], isa: ISA, into work: WorkDirectory) throws {
        for package in packages {
            try DebPackageFile.forEachEntry(in: package) { path, entry, content in
                guard wanted(path, isa) else { return }
                let relative = String(path.dropFirst())
                switch entry.kind {
                case .file: try work.write(content(), to: relative, mode: entry.mode | 0o200)
                case .directory: try Directories.create("\(work.path)/\(relative)")
                case .symlink(let target): try link(target, at: relative, in: work)
                case .hardLink, .other: throw ImageError(.corrupt, "\(package) holds the unexpected entry \(path)")
                }
            }
        }
    }

    private static func link(_ target: String, at relative: String, in work: WorkDirectory) throws {
        let path = "\(work.path)/\(relative)"
        if let slash = path.lastIndex(of: "/") { try Directories.create(String(path[..<slash])) }
        guard symlink(target, path) == 0 else { throw SystemError("create the symbolic link \(path)") }
    }

    private static func wanted(_ path: String, _ isa: ISA) -> Bool {
        guard path.hasPrefix("/usr/src/linux-headers-") || path.hasPrefix("/usr/lib/linux-kbuild-") else { return false }
        let parts = path.split(separator: "/")
        guard parts.count > 4, parts[1] == "src" else { return true }
        if parts[3] == "arch" { return parts[4] == isa.kernelArchitecture || parts[4].hasPrefix("Kconfig") }
        return !(parts[3] == "include" && parts[4] == "dt-bindings")
    }

    /// The directory of `linux-headers-VERSION`, and that of the headers common to all kernels.
    private func directories() throws -> (own: String, common: String) {
        let source = root + "/usr/src"
        let names = try FileManager.default.contentsOfDirectory(atPath: source)
            .filter { $0.hasPrefix("linux-headers-") }
        guard let common = names.first(where: { $0.contains("-common") }),
            let own = names.first(where: { !$0.contains("-common") })
        else {
            throw ImageError(
                .recipe, "the packages hold no kernel headers for \(isa.rawValue)",
                hint: "add linux-headers-… of the same flavour as linux-image-… to the recipe")
        }
        return ("\(source)/\(own)", "\(source)/\(common)")
    }

    /// Builds the modules in `sources`, a directory that `make` may write to; returns the `.ko` files by name.
    ///
    /// - Throws: `ImageError` with the compiler's last lines.
    func build(modules sources: String, host: ISA) async throws -> [String: [UInt8]] {
        let (own, common) = try directories()
        // Debian's Makefile in `own` includes the common one by its installed path; -f takes its place.
        try await HostTool(name: "make", package: "make", failure: .compile).run(
            [
                "-C", own, "-f", common + "/Makefile", "-j2", "M=\(sources)",
                "ARCH=\(isa.kernelArchitecture)",
                "CROSS_COMPILE=\(isa == host ? "" : isa.gnuTriplet + "-")",
                "CC=\(Compiler.name(for: isa, host: host))",
                "DEB_BUILD_ARCH=\(host.debianArchitecture)", "DEB_HOST_ARCH=\(isa.debianArchitecture)",
                "DEB_HOST_GNU_TYPE=\(isa.gnuTriplet)", "modules",
            ],
            environment: ["MAKEFLAGS": ""],
            purpose: "compile the kernel modules for \(isa.rawValue)")
        var modules: [String: [UInt8]] = [:]
        for file in try FileManager.default.subpathsOfDirectory(atPath: sources) where file.hasSuffix(".ko") {
            let name = file.split(separator: "/").last.map(String.init) ?? file
            modules[name] = FileManager.default.contents(atPath: "\(sources)/\(file)").map { Array($0) }
        }
        guard !modules.isEmpty else {
            throw ImageError(.compile, "the kernel modules' Makefile builds no .ko file", hint: "it needs `obj-m := …`")
        }
        return modules
    }
}

/// The C compiler for an ISA.
enum Compiler {
    static func name(for isa: ISA, host: ISA) -> String { isa == host ? "gcc" : isa.gnuTriplet + "-gcc" }

    static func package(for isa: ISA, host: ISA) -> String {
        isa == host ? "gcc" : "gcc-" + isa.gnuTriplet.replacing("_", with: "-")
    }

    /// Compiles a program of the guest, statically.
    static func build(
        _ program: ImageRecipe.Program, share: String, isa: ISA, host: ISA, output: String
    ) async throws {
        let warnings = ["-static", "-O2", "-Wall", "-Werror"]
        let include = program.include.flatMap { ["-I", "\(share)/\($0)"] }
        try await HostTool(name: name(for: isa, host: host), package: package(for: isa, host: host), failure: .compile)
            .run(
                warnings + include + ["-s", "-o", output] + program.source.map { "\(share)/\($0)" },
                purpose: "compile \(program.path) for \(isa.rawValue)")
    }
}
