import FoundationEssentials
import ISA
import Support

/// The unpacked headers and build tools of one kernel, as `make` needs them.
struct KernelHeaders: Sendable {
    /// The directory that stands for `/`.
    let root: String
    let isa: ISA

    /// A compiled module, as a guest loads it and as a debugger wants it.
    struct Module: Sendable {
        var stripped: [UInt8]
        var whole: [UInt8]
    }

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
        guard path.hasPrefix("/usr/src/linux-headers-") || path.hasPrefix("/usr/lib/linux-kbuild-") else {
            return false
        }
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
    func build(modules sources: String, host: ISA) async throws -> [String: Module] {
        let (own, common) = try directories()
        let tools = CrossTools(for: isa, host: host)
        // Debian's Makefile in `own` includes the common one by its installed path; -f takes its place.
        try await HostTool(name: "make", package: "make", failure: .compile).run(
            [
                "-C", own, "-f", common + "/Makefile", "-j2", "M=\(sources)",
                "ARCH=\(isa.kernelArchitecture)",
                "CROSS_COMPILE=\(tools.prefix)", "CC=\(tools.gcc)",
                // The same sources give the same module, wherever they were built.
                "KCFLAGS=-ffile-prefix-map=\(sources)=.",
                "DEB_BUILD_ARCH=\(host.debianArchitecture)", "DEB_HOST_ARCH=\(isa.debianArchitecture)",
                "DEB_HOST_GNU_TYPE=\(isa.gnuTriplet)", "modules",
            ],
            environment: ["MAKEFLAGS": ""],
            purpose: "compile the kernel modules for \(isa.rawValue)")
        var modules: [String: Module] = [:]
        let strip = HostTool(name: tools.prefix + "strip", package: "binutils")
        for file in try FileManager.default.subpathsOfDirectory(atPath: sources) where file.hasSuffix(".ko") {
            let path = "\(sources)/\(file)"
            try await strip.run(["--strip-debug", "-o", path + ".stripped", path], purpose: "strip \(file)")
            guard let whole = FileManager.default.contents(atPath: path),
                let stripped = FileManager.default.contents(atPath: path + ".stripped")
            else { throw SystemError("read \(path)") }
            let name = file.split(separator: "/").last.map(String.init) ?? file
            modules[name] = Module(stripped: Array(stripped), whole: Array(whole))
        }
        guard !modules.isEmpty else {
            throw ImageError(
                .compile, "the kernel modules' Makefile builds no .ko file", hint: "it needs `obj-m := …`")
        }
        return modules
    }
}

/// The C compiler for an ISA.
enum Compiler {
    /// Compiles a program of the guest, statically, or a shared library that a dynamic one loads.
    static func build(
        _ program: ImageRecipe.Program, share: String, isa: ISA, host: ISA, output: String
    ) async throws {
        let kind = program.isSharedLibrary ? ["-shared", "-fPIC"] : ["-static"]
        let warnings = ["-O2", "-Wall", "-Werror"]
        let include = program.include.flatMap { ["-I", "\(share)/\($0)"] }
        let tools = CrossTools(for: isa, host: host)
        try await HostTool(name: tools.gcc, package: tools.gccPackage, failure: .compile)
            .run(
                kind + warnings + include + ["-s", "-o", output] + program.source.map { "\(share)/\($0)" },
                purpose: "compile \(program.path) for \(isa.rawValue)")
    }
}
