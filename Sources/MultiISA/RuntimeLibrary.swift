import FoundationEssentials
import ISA
import Support

/// libpopcorn, compiled: native objects per ISA, and bitcode that becomes part of programs. Cached by its sources' digest.
struct RuntimeLibrary: Sendable {
    private let directory: String

    static func prepare(cache: String, sysroot: Sysroot, sources: RuntimeSources) async throws -> RuntimeLibrary {
        let library = RuntimeLibrary(directory: "\(cache)/runtime/\(try sources.digest().prefix(32))")
        if access(library.directory, R_OK) != 0 {
            try Directories.create(cache + "/runtime")
            try await CacheDirectory.fill(library.directory) { work in
                try await compile(sources, sysroot, into: work)
            }
        }
        return library
    }

    func objects(_ isa: ISA) throws -> [String] { try files("node-\(isa.rawValue)", ".o") }
    func modules() throws -> [String] { try files("module", ".bc") }
    var linkerScript: String { directory + "/popcorn.ld" }

    private func files(_ folder: String, _ suffix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(directory)/\(folder)").sorted()
            .filter { $0.hasSuffix(suffix) }.map { "\(directory)/\(folder)/\($0)" }
    }

    private static func compile(_ sources: RuntimeSources, _ sysroot: Sysroot, into work: String) async throws {
        for isa in ISA.allCases { try await compileNode(sources, sysroot, isa, into: "\(work)/node-\(isa.rawValue)") }
        try await compileModule(sources, sysroot, into: work + "/module")
        try await runClang([
            "-E", "-P", "-undef", "-x", "assembler-with-cpp", sources.linkerScript, "-o", work + "/popcorn.ld",
        ])
    }

    private static func compileNode(
        _ sources: RuntimeSources, _ sysroot: Sysroot, _ isa: ISA, into folder: String
    ) async throws {
        try Directories.create(folder)
        let options = [
            "--target=\(isa.muslTriplet)", "-nostdlibinc", "-isystem", sysroot.headers(isa), "-I",
            sources.kernelInterface, "-isystem", sources.kernelTypes, "-iquote", sources.nodeDirectory, "-iquote",
            sources.directory, "-std=gnu11", "-O2", "-g1", "-fno-pic", "-fno-pie", "-fno-stack-protector",
            "-fno-builtin-malloc", "-fno-asynchronous-unwind-tables", "-ftls-model=local-exec", "-Wall", "-c",
        ]
        for source in try sources.node {
            try await runClang(options + ["\(sources.nodeDirectory)/\(source)", "-o", "\(folder)/\(stem(source)).o"])
        }
    }

    private static func compileModule(
        _ sources: RuntimeSources, _ sysroot: Sysroot, into folder: String
    ) async throws {
        try Directories.create(folder)
        let options =
            FrontEnd(sysroot: sysroot, runtime: sources).arguments
            + ["-std=gnu11", "-O2", "-Xclang", "-disable-llvm-passes", "-emit-llvm", "-c"]
        for source in try sources.module {
            try await runClang(
                options + ["\(sources.moduleDirectory)/\(source)", "-o", "\(folder)/\(stem(source)).bc"])
        }
    }

    private static func runClang(_ arguments: [String]) async throws {
        try await Tool.clang.output(arguments, else: .host, purpose: "compile libpopcorn")
    }

    /// `calls-files` of `calls/files.c`: rooms do not know each other's names of files.
    private static func stem(_ source: String) -> String {
        String(source.dropLast(".c".count)).replacing("/", with: "-")
    }
}
