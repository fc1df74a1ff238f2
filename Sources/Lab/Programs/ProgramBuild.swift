import FoundationEssentials
import Subprocess
import Support

/// Builds programs that ship with popcorn-lab, for both ISAs, by their own makefiles, in the cache.
public struct ProgramBuild: Sendable {
    let environment: LabEnvironment

    public init(environment: LabEnvironment) { self.environment = environment }

    /// A program that two ordinary compilers build.
    ///
    /// - Parameter name: a directory of `Images/programs`.
    /// - Returns: the program's path without the ISA's suffix.
    /// - Throws: `LabError` with the end of make's output.
    public func callAsFunction(_ name: String) async throws -> String {
        let output = try directory(name)
        try await make(
            name, ["-C", environment.share.programs + "/" + name, "OUT=\(output)"],
            hint: "`popcorn-lab doctor` tells whether both compilers are there")
        return output + "/" + name
    }

    /// A folder of programs that popcorn-cc builds.
    ///
    /// - Returns: the directory in which all of them are.
    /// - Throws: `LabError` with the end of make's output.
    public func multiISA(_ name: String, compiler: Compiler) async throws -> String {
        let output = try directory(name)
        try await make(
            name,
            [
                "-C", output, "-f", "\(environment.share.programs)/\(name)/Makefile", "CC=\(compiler.path)",
                "-j\(sysconf(Int32(_SC_NPROCESSORS_ONLN)))",
            ], hint: "`\(compiler.path)` says what it lacks")
        return output
    }

    private func directory(_ name: String) throws -> String {
        let output = environment.directories.cache + "/programs/" + name
        try Directories.create(output)
        return output
    }

    private func make(_ name: String, _ arguments: [String], hint: String) async throws {
        let result = try await Subprocess.run(
            .name("make"), arguments: Arguments(["--no-print-directory"] + arguments),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        guard result.terminationStatus.isSuccess else {
            let lines = result.standardError.split(separator: "\n").suffix(15).map(String.init)
            throw LabError(.hostUnfit, "'\(name)' does not build", details: lines, hint: hint)
        }
    }
}
