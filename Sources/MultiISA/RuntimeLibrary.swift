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

    private func files(_ folder: String, _ suffix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(directory)/\(folder)").sorted()
            .filter { $0.hasSuffix(suffix) }.map { "\(directory)/\(folder)/\($0)" }
    }

    private static func compile(_ sources: RuntimeSources, _ sysroot: Sysroot, into work: String) async throws {
        let purpose = "compile libpopcorn"
        for isa in ISA.allCases {
            let folder = "\(work)/node-\(isa.rawValue)"
            try Directories.create(folder)
            let options = [
                "--target=\(isa.muslTriplet)", "-nostdlibinc", "-isystem", sysroot.headers(isa), "-I",
                sources.kernelInterface, "-isystem", sources.kernelTypes, "-iquote", sources.nodeDirectory, "-iquote",
                sources.directory, "-std=gnu11",
                "-O2", "-g1", "-fno-pic", "-fno-pie", "-fno-stack-protector", "-fno-builtin-malloc",
                "-fno-asynchronous-unwind-tables", "-ftls-model=local-exec", "-Wall", "-c",
            ]
            for source in try sources.node {
                try await Tool.clang.output(
                    options + ["\(sources.nodeDirectory)/\(source)", "-o", "\(folder)/\(stem(source)).o"], else: .host,
                    purpose: purpose)
            }
        }
        try Directories.create(work + "/module")
        let frontEnd = FrontEnd(sysroot: sysroot, runtime: sources)
        for source in try sources.module {
            let options =
                frontEnd.arguments + [
                    "-std=gnu11", "-O2", "-Xclang", "-disable-llvm-passes", "-emit-llvm", "-c",
                    "\(sources.moduleDirectory)/\(source)", "-o", "\(work)/module/\(stem(source)).bc",
                ]
            try await Tool.clang.output(options, else: .host, purpose: purpose)
        }
    }

    /// `calls-files` of `calls/files.c`: rooms do not know each other's names of files.
    private static func stem(_ source: String) -> String {
        String(source.dropLast(".c".count)).replacing("/", with: "-")
    }
}
