import Support

/// Runs programs of the host and turns their failure into an error that ends with what they said.
struct HostTool: Sendable {
    /// The program's path, or its name to be looked up in PATH and in the directories for administrators.
    let name: String
    /// The Debian package that has it, for the message if it is missing.
    let package: String
    /// What a failure means: our sources, the way to the archive, or the tool.
    var failure: ImageError.Code = .tool

    /// The program's standard output.
    ///
    /// - Parameter purpose: what could not be done if it fails, such as `download packages for aarch64`.
    /// - Throws: `ImageError` with the last lines of its output; `CancellationError` if the task was cancelled.
    @discardableResult
    func run(
        _ arguments: [String], in directory: String? = nil, environment: [String: String] = [:], purpose: String
    ) async throws -> String {
        var command = HostCommand(name, arguments, package: package)
        command.directory = directory
        // Debian's PATH for users has no sbin, where depmod lives.
        let path = (getenv("PATH").map { ByteText.text($0) } ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin"
        command.environment = ["LC_ALL": "C", "PATH": path].merging(environment) { $1 }
        do {
            return try await command.check().text
        } catch let error as HostCommandError {
            throw ImageError(error.reason == .missing ? .tool : failure, cannot: purpose, error)
        }
    }
}
