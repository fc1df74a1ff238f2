import Support

extension GuestSession {
    /// Starts a command; returns when the guest has accepted it.
    ///
    /// - Throws: `GuestError`: `refused`, `timeout`, `connectionLost`; `CancellationError`.
    package func start(_ command: RemoteCommand, deadline: ContinuousClock.Instant?) async throws -> RemoteProcess {
        var requests: [RemoteChannel.Request] = []
        if let terminal = command.terminal { requests.append(.terminal(terminal)) }
        let text = try command.shellText(node: endpoint.node)
        requests.append(text.map { .command($0) } ?? .shell)
        let (id, channel) = try openChannel(
            requests, input: InputFeed(command.input, isTerminal: command.terminal != nil),
            output: OutputDrain(command.output), errorOutput: OutputDrain(command.errorOutput))
        let name = text.map { "\"\($0.prefix(80))\"" } ?? "the shell"
        let process = RemoteProcess(session: self, id: id, name: name, finished: channel.finished)
        try await abandoning(id) {
            try await value(of: channel.started, deadline: deadline) { [endpoint] in
                GuestError(.timeout, node: endpoint.node, "\(name) did not start in time")
            }
        }
        return process
    }

    /// Runs a command to its end. A non-zero exit code is a result, not an error.
    ///
    /// When the deadline passes or the task is cancelled, the command gets SIGTERM and its channel is closed.
    /// - Parameter deadline: `nil` for no limit but the watch over the connection.
    /// - Throws: `GuestError`: `refused`, `timeout`, `connectionLost`, `commandFailed`, `outputFailed`;
    ///   `CancellationError`.
    package func exec(_ command: RemoteCommand, deadline: ContinuousClock.Instant?) async throws -> RemoteResult {
        try await start(command, deadline: deadline).wait(deadline: deadline)
    }

    /// `exec` of a plain command line, with the output collected.
    package func exec(_ text: String, deadline: ContinuousClock.Instant?) async throws -> RemoteResult {
        try await exec(RemoteCommand(text), deadline: deadline)
    }

    func result(of process: RemoteProcess, deadline: ContinuousClock.Instant?) async throws -> RemoteResult {
        let result = try await abandoning(process.id) {
            try await value(of: process.finished.value, deadline: deadline) { [endpoint] in
                GuestError(.timeout, node: endpoint.node, "\(process.name) did not end in time")
            }
        }
        return result.ending == .unreported ? try await ending(ofUnreported: result, process.name) : result
    }

    /// Gives up the channel if `body` throws.
    private func abandoning<Value>(_ id: UInt64, _ body: nonisolated(nonsending) () async throws -> Value) async throws
        -> Value
    {
        do {
            return try await body()
        } catch {
            abandon(id, error)
            if let failure = error as? SystemError {
                throw GuestError(.outputFailed, node: endpoint.node, failure.summary)
            }
            throw error
        }
    }

    func signal(_ id: UInt64, _ signal: RemoteSignal) {
        channel(id)?.signal(signal)
        advance()
    }

    func resize(_ id: UInt64, columns: Int, rows: Int) {
        channel(id)?.resize(columns: columns, rows: rows)
        advance()
    }
}

/// A command that runs in a guest. It is ended when the last reference to it goes.
package final class RemoteProcess: Sendable {
    /// The promise belongs to the session's actor, which alone looks into the box.
    struct Finished: @unchecked Sendable {
        let value: Promise<RemoteResult>
    }

    /// The connection over which the command runs. It lives at least as long as this.
    package let session: GuestSession
    /// What errors call it.
    package let name: String
    let id: UInt64
    let finished: Finished

    init(session: GuestSession, id: UInt64, name: String, finished: Promise<RemoteResult>) {
        self.session = session
        self.id = id
        self.name = name
        self.finished = Finished(value: finished)
    }

    deinit {
        let (session, id) = (session, id)
        Task { await session.abandon(id, CancellationError()) }
    }

    /// Waits for the end, for one caller. When that fails, the command gets SIGTERM and its channel is closed.
    package func wait(deadline: ContinuousClock.Instant?) async throws -> RemoteResult {
        try await session.result(of: self, deadline: deadline)
    }

    /// Sends a signal to the command. Nothing happens if it has ended.
    ///
    /// dropbear signals the command's shell. OpenSSH's server signals its process group, but nothing of root's:
    /// session.c wants privilege separation, which the server gives up for root.
    package func signal(_ signal: RemoteSignal) async { await session.signal(id, signal) }

    /// Tells the command's terminal its new size, in characters.
    package func resize(columns: Int, rows: Int) async { await session.resize(id, columns: columns, rows: rows) }
}
