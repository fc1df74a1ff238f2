import Subprocess
import Support
import SystemPackage

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
        // Debian's PATH for users has no sbin, where depmod lives.
        let path = (getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin"
        var changes: [Environment.Key: String?] = ["LC_ALL": "C", "PATH": path]
        for (key, value) in environment { changes[Environment.Key(stringLiteral: key)] = value }
        let updated = Environment.inherit.updating(changes)
        let executable: FilePath
        do {
            executable = try await (name.contains("/") ? Executable.path(FilePath(name)) : .name(name))
                .resolveExecutablePath(in: updated)
        } catch {
            throw ImageError(
                .tool, "cannot \(purpose): this host has no `\(name)`", hint: "install the package \(package)")
        }
        let result = try await Subprocess.run(
            .path(executable), arguments: Arguments(arguments), environment: updated,
            workingDirectory: directory.map { FilePath($0) },
            output: .string(limit: 1 << 26), error: .string(limit: 1 << 24))
        try Task.checkCancellation()
        guard result.terminationStatus.isSuccess else {
            let said = [result.standardError, result.standardOutput].first { !$0.isEmpty } ?? ""
            let tail = said.split(separator: "\n").suffix(12).map { "    " + $0 }.joined(separator: "\n")
            throw ImageError(failure, "cannot \(purpose): `\(name)` failed:\n\(tail)")
        }
        return result.standardOutput
    }
}
