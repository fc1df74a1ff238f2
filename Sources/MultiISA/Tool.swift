import Support

/// A program of the host that the compiler runs.
///
/// It stays in the compiler's process group: for make and for a terminal, a compiler is one job with all that it runs.
struct Tool: Sendable {
    let name: String
    /// The Debian package that has it, for the message if it is missing.
    let package: String

    static let clang = Tool(name: "clang-19", package: "clang-19")
    static let linker = Tool(name: "ld.lld-19", package: "lld-19")
    static let unpack = Tool(name: "dpkg-deb", package: "dpkg")

    private func command(_ arguments: [String]) -> HostCommand {
        var command = HostCommand(name, arguments, package: package)
        command.group = .ours
        return command
    }

    /// Runs the tool with our own standard streams. Returns whether it succeeded.
    func run(_ arguments: [String]) async throws -> Bool {
        var command = command(arguments)
        command.input = .inherited
        command.output = .inherited
        command.errors = .inherited
        return try await running { try await command.run() }.ending.isSuccess
    }

    /// Runs the tool with our own standard streams, except that its messages are returned.
    func runQuietly(_ arguments: [String]) async throws -> (isGood: Bool, messages: String) {
        var command = command(arguments)
        command.input = .inherited
        command.output = .inherited
        let outcome = try await running { try await command.run() }
        return (outcome.ending.isSuccess, outcome.errorText)
    }

    /// The tool's standard output, or its messages as an error of `code`.
    ///
    /// - Parameter purpose: what could not be done if it fails.
    @discardableResult
    func output(
        _ arguments: [String], in directory: String? = nil, else code: CompilerError.Code, purpose: String
    ) async throws -> String {
        var command = command(arguments)
        command.directory = directory
        return try await running {
            do {
                return try await command.check().text
            } catch let error as HostCommandError where error.reason != .missing {
                // Of a linker's messages the first tell most; how it is called is what `-v` shows.
                throw CompilerError(code, "cannot \(purpose): \(error.summary)", details: Array(error.said.prefix(20)))
            }
        }
    }

    /// Where it is.
    func path() async throws -> String { try await running { try await command([]).locate() } }

    private func running<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as HostCommandError {
            throw CompilerError(.host, error.summary, details: error.details, hint: error.hint)
        }
    }
}
