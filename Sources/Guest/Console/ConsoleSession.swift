import Archives
import FoundationEssentials
import Support

/// A guest that is reached by its serial console alone: commands, their exit codes and output, and files, one after the other.
///
/// Whatever disturbs the line, such as a message of the kernel, is noticed by digests, and repeated. The actor has a thread of its own,
/// which it blocks while it waits.
package actor ConsoleSession {
    /// How a console is reached and got into.
    package struct Access: Sendable {
        /// The node's name, for errors.
        package var node: String
        /// The Unix socket on which QEMU serves it.
        package var socket: String
        /// The file by which processes agree on who has the console.
        package var lock: String
        /// What others who want it are told, such as `popcorn-lab exec x86 ls`.
        package var purpose: String
        /// Who logs in.
        package var user: String
        /// What the console asks for; `nil` if it does not.
        package var password: String?
        /// How much longer things may take than on real hardware.
        package var timeScale: TimeScale

        /// Takes all values as they are.
        package init(
            node: String, socket: String, lock: String, purpose: String, user: String, password: String?,
            timeScale: TimeScale
        ) {
            self.node = node
            self.socket = socket
            self.lock = lock
            self.purpose = purpose
            self.user = user
            self.password = password
            self.timeScale = timeScale
        }
    }

    nonisolated let access: Access
    private nonisolated let executor: ThreadExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    let line: ConsoleLine
    /// Held as long as the console is ours.
    private var lock: FileLock?
    private var failure: GuestError?
    /// Whether the guest has gzip: the line is slow.
    var compresses = false

    /// How often something that came damaged is tried.
    static let attempts = 6
    /// Shorter than a terminal's line, which is 4096 bytes.
    static let lineLength = 1000

    private init(_ access: Access, descriptor: Int32, lock: FileLock?) throws {
        self.access = access
        self.lock = lock
        line = try ConsoleLine(descriptor: descriptor)
        executor = ThreadExecutor(name: "console \(access.node)")
    }

    /// Takes the console, and logs in unless somebody is.
    ///
    /// A guest that still boots is waited for until `deadline`.
    /// - Throws: `GuestError`: `busy` if somebody else has the console, `timeout`, `authenticationRefused`, `connectionLost`,
    ///   `refused` for a guest that lacks a program; `CancellationError`.
    package static func connect(_ access: Access, deadline: ContinuousClock.Instant) async throws -> ConsoleSession {
        let lock = try await ConsoleLock.take(access, deadline: deadline)
        let descriptor: Int32
        do {
            descriptor = try ConsoleLine.connect(access.socket)
        } catch {
            throw GuestError(.unreachable, node: access.node, "there is no console: \(error.sentence)")
        }
        return try await connect(access, descriptor: descriptor, lock: lock, deadline: deadline)
    }

    /// Logs in over a line that is connected, which is closed with the session.
    static func connect(
        _ access: Access, descriptor: Int32, lock: FileLock? = nil, deadline: ContinuousClock.Instant
    ) async throws -> ConsoleSession {
        let session = try ConsoleSession(access, descriptor: descriptor, lock: lock)
        do {
            try await session.enter(by: deadline)
        } catch {
            await session.close()
            throw error
        }
        return session
    }

    /// Gives the console back as it was.
    package func close() {
        guard lock != nil || failure == nil else { return }
        if failure == nil {
            line.cancelled.take()
            _ = try? answer(ConsoleScript.end, by: .now + access.timeScale(.seconds(1)))
        }
        end(GuestError(.connectionLost, node: access.node, "the connection was closed by this side"))
    }

    func end(_ error: GuestError) {
        failure = failure ?? error
        lock = nil
    }

    // MARK: - Getting in

    /// Answers what the console asks until a shell runs our loop.
    private func enter(by deadline: ContinuousClock.Instant) async throws {
        try await cancellable {
            // Who types on a line whose other end has gone gets an error to report, no signal that ends us. The thread is our own.
            var signals = sigset_t()
            sigemptyset(&signals)
            sigaddset(&signals, SIGPIPE)
            pthread_sigmask(SIG_BLOCK, &signals, nil)
            var dialogue = ConsoleDialogue(access: access, line: line)
            try dialogue.enter(by: deadline)
            try define(by: deadline)
            let programs = (ConsoleScript.programs + [ConsoleScript.packer]).joined(separator: " ")
            var missing = try answer(
                "printf '\\n@%s%s%s;\\n' $1 $2 \"$(for _pn in \(programs); do command -v $_pn >/dev/null || printf ' %s' $_pn; done)\"",
                by: deadline)
            compresses = !missing.contains(ConsoleScript.packer)
            missing.removeAll { $0 == ConsoleScript.packer }
            if compresses { try define(by: deadline) }
            if !missing.isEmpty {
                throw GuestError(
                    .refused, node: access.node,
                    "the guest lacks what its console is worked with: \(missing.joined(separator: ", "))",
                    hint: "busybox and coreutils have them all")
            }
        }
    }

    /// What the session's directory in the guest is called; `$_pd` in our shell and in what it starts is its path.
    let directory = ".popcorn-console-" + ConsoleMark().whole

    func define(by deadline: ContinuousClock.Instant) throws {
        for function in ConsoleScript.functions(directory: directory, compresses: compresses) {
            try line.send(function + "\n", by: deadline)
        }
    }

    /// Runs `body`, which a cancellation of the task wakes up; its failures become those of guests.
    func cancellable<Result: Sendable>(
        deadline: ContinuousClock.Instant? = nil, _ body: () throws -> Result
    ) async throws -> Result {
        if let failure { throw failure }
        line.cancelled.take()
        let cancelled = line.cancelled
        return try await withTaskCancellationHandler {
            do {
                return try body()
            } catch let problem as ConsoleLine.Failure {
                switch problem {
                case .cancelled: throw CancellationError()
                case .late: throw GuestError(.timeout, node: access.node, "the console did not answer in time")
                case .closed:
                    let error = GuestError(
                        .connectionLost, node: access.node, "the console was closed: the guest has ended")
                    end(error)
                    throw error
                }
            } catch let problem as SystemError {
                throw GuestError(.outputFailed, node: access.node, problem.summary)
            }
        } onCancel: {
            cancelled.signal()
        }
    }
}
