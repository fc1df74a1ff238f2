import Subprocess
import Support
import SystemPackage

/// A program of the host that the compiler runs.
struct Tool: Sendable {
    let name: String
    /// The Debian package that has it, for the message if it is missing.
    let package: String

    static let clang = Tool(name: "clang-19", package: "clang-19")
    static let linker = Tool(name: "ld.lld-19", package: "lld-19")
    static let apt = Tool(name: "apt-get", package: "apt")
    static let unpack = Tool(name: "dpkg-deb", package: "dpkg")

    /// Runs the tool with our own standard streams. Returns whether it succeeded.
    func run(_ arguments: [String]) async throws -> Bool {
        let result = try await Subprocess.run(
            .path(try await path()), arguments: Arguments(arguments),
            input: .currentStandardInput, output: .currentStandardOutput, error: .currentStandardError)
        return result.terminationStatus.isSuccess
    }

    /// Runs the tool with our own standard streams, except that its messages are returned.
    func runQuietly(_ arguments: [String]) async throws -> (isGood: Bool, messages: String) {
        let result = try await Subprocess.run(
            .path(try await path()), arguments: Arguments(arguments),
            input: .currentStandardInput, output: .currentStandardOutput, error: .string(limit: 1 << 26))
        return (result.terminationStatus.isSuccess, result.standardError)
    }

    /// The tool's standard output, or its messages as an error of `code`.
    ///
    /// - Parameter purpose: what could not be done if it fails.
    @discardableResult
    func output(
        _ arguments: [String], in directory: String? = nil, else code: CompilerError.Code, purpose: String
    ) async throws -> String {
        let result = try await Subprocess.run(
            .path(try await path()), arguments: Arguments(arguments),
            workingDirectory: directory.map { FilePath($0) },
            output: .string(limit: 1 << 24), error: .string(limit: 1 << 24))
        guard result.terminationStatus.isSuccess else {
            let tail = result.standardError.split(separator: "\n").prefix(20).map { "    " + $0 }
            throw CompilerError(code, "cannot \(purpose): \(name) failed:\n\(tail.joined(separator: "\n"))")
        }
        return result.standardOutput
    }

    /// Where it is.
    func path() async throws -> FilePath {
        do {
            return try await Executable.name(name).resolveExecutablePath(in: .inherit)
        } catch {
            throw CompilerError(
                .host, "this host has no `\(name)`", hint: "install the package \(package), or run `make setup`")
        }
    }
}
