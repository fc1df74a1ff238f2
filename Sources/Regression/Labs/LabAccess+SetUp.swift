import Guest
import Lab

extension LabAccess {
    /// Lets the shell of every node run commands, one after the other.
    ///
    /// - Throws: `LabError` if one of them fails; what `GuestSession.exec` throws.
    func setUp(by commands: [String]) async throws {
        guard !commands.isEmpty else { return }
        _ = try await onEach(record.nodes) { node, session in
            for command in commands {
                let result = try await session.exec(command, deadline: .now + node.timeScale(.seconds(30)))
                guard result.succeeded else {
                    throw LabError(
                        .commandFailed, "\(node.name): '\(command)' ended with exit code \(result.exitCode)",
                        details: result.errorText.isEmpty ? [] : [result.errorText])
                }
            }
        }
    }
}
