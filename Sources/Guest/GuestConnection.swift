import Support

/// A way into one guest: commands and files, whatever carries them.
///
/// `GuestSession` is one by SSH, `ConsoleSession` one over the serial console, which does one thing at a time.
package protocol GuestConnection: Sendable {
    /// Runs a command to its end. A non-zero exit code is a result, not an error.
    ///
    /// - Parameter deadline: `nil` for no limit; when it passes, or the task is cancelled, the command is asked to end.
    func exec(_ command: RemoteCommand, deadline: ContinuousClock.Instant?) async throws -> RemoteResult

    /// What a path is; `nil` if there is nothing.
    func status(of path: String, followsLinks: Bool, deadline: ContinuousClock.Instant?) async throws -> RemoteFile?

    /// Creates a directory and those above it, like `mkdir -p`.
    func makeDirectories(_ path: String, deadline: ContinuousClock.Instant?) async throws

    /// Copies a file, symbolic link or directory tree of this host to exactly `remote` in the guest.
    func upload(
        _ local: String, to remote: String, progress: (@Sendable (TransferProgress) -> Void)?,
        deadline: ContinuousClock.Instant?
    ) async throws

    /// Copies a file, symbolic link or directory tree of the guest to exactly `local` on this host.
    func download(
        _ remote: String, to local: String, progress: (@Sendable (TransferProgress) -> Void)?,
        deadline: ContinuousClock.Instant?
    ) async throws

    /// Ends the connection; what still runs over it fails.
    func close() async
}

extension GuestConnection {
    /// `exec` of a plain command line, with the output collected.
    package func exec(_ text: String, deadline: ContinuousClock.Instant?) async throws -> RemoteResult {
        try await exec(RemoteCommand(text), deadline: deadline)
    }

    /// What a path is, or what a symbolic link leads to.
    package func status(of path: String, deadline: ContinuousClock.Instant?) async throws -> RemoteFile? {
        try await status(of: path, followsLinks: true, deadline: deadline)
    }
}

extension GuestSession: GuestConnection {}
