import FoundationEssentials
import Subprocess
import Support

/// Builds one of the programs that ship with popcorn-lab, for both ISAs, by its own makefile.
public struct ProgramBuild: Sendable {
    let environment: LabEnvironment

    public init(environment: LabEnvironment) { self.environment = environment }

    /// - Parameter name: a directory of `Images/programs`.
    /// - Returns: the program's path without the ISA's suffix.
    /// - Throws: `LabError` with the end of make's output.
    public func callAsFunction(_ name: String) async throws -> String {
        let source = environment.share.programs + "/" + name
        let output = environment.directories.cache + "/programs/" + name
        try Directories.create(output)
        let result = try await Subprocess.run(
            .name("make"), arguments: ["--no-print-directory", "-C", source, "OUT=\(output)"],
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        guard result.terminationStatus.isSuccess else {
            let lines = result.standardError.split(separator: "\n").suffix(15).map(String.init)
            throw LabError(
                .hostUnfit, "the program '\(name)' does not build", details: lines,
                hint: "`popcorn-lab doctor` tells whether both compilers are there")
        }
        return output + "/" + name
    }
}
