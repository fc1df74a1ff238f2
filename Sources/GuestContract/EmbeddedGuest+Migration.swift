import Guest
import Support
import Topology

extension EmbeddedGuest {
    /// The migratable processes that the guest's kernel knows: those that were started here, and the workers of others.
    package func processes() async throws -> NodeProcessTable {
        let result = try await output(
            of: "cat \(GuestFile.processes)", within: .seconds(5), subject: GuestFile.processes)
        return NodeProcessTable(parsing: result.text)
    }

    /// The same, and the guest's peers, by one process of the guest.
    package func processesAndPeers() async throws -> (processes: NodeProcessTable, peers: PeerTable) {
        let files = "\(GuestFile.processes) \(GuestFile.peers)"
        let text = try await output(of: "cat \(files)", within: .seconds(5), subject: files).text
        return (NodeProcessTable(parsing: text), PeerTable(parsing: text))
    }

    /// Asks threads whose origin is this guest to move, and waits until it is known what became of each.
    ///
    /// - Parameters:
    ///   - target: the id of the node to move to.
    ///   - timeout: how long to wait for a migration point.
    /// - Returns: an answer for each of the threads, in their order.
    package func move(_ threads: [ThreadID], to target: Int, timeout: Duration) async throws -> [MoveAnswer] {
        let words = threads.map { "\($0.pid)/\($0.tid)" }.joined(separator: " ")
        let result = try await session.exec(
            "exec popcorn-migrate move \(target) \(timeout.milliseconds) \(words)",
            deadline: .now + timeout + timeScale(.seconds(10)))
        guard result.succeeded else { throw failure("popcorn-migrate: \(result.errorText)") }
        let answers = result.text.split(separator: "\n").compactMap { MoveAnswer(parsing: $0) }
        return try threads.map { thread in
            guard let answer = answers.first(where: { $0.thread == thread }) else {
                throw failure("popcorn-migrate answered: \(result.text)")
            }
            return answer
        }
    }

    /// Waits until the migratable processes that were started here have made so many hops together.
    ///
    /// - Throws: what `GuestSession.exec` throws; it waits until it is cancelled.
    package func awaitHops(_ count: Int) async throws {
        let result = try await session.exec("exec popcorn-migrate hops \(count)", deadline: nil)
        guard result.succeeded else { throw failure("popcorn-migrate: \(result.errorText)") }
    }

    /// The command that asks a thread to go to the next node as Popcorn's users do it: by signal 35, SIGRTMIN of musl.
    ///
    /// - Parameters:
    ///   - program: the name of the process.
    ///   - thread: which of its threads, in the order of their ids, from 1.
    package static func signalCommand(program: String, thread: Int) -> String {
        "kill -35 $(ls /proc/$(pidof \(program))/task | sed -n \(thread)p)"
    }

    /// Asks a thread by a signal to go to the next node.
    package func signal(program: String, thread: Int) async throws {
        let result = try await session.exec(Self.signalCommand(program: program, thread: thread), deadline: nil)
        guard result.succeeded else { throw failure("kill: \(result.errorText)") }
    }

    /// Starts what drives the moves of a program that is to be started.
    ///
    /// - Parameters:
    ///   - interval: the least time between two requests to a thread; zero asks again as soon as it has moved.
    ///   - count: after how many moves a thread is left alone; `nil` for never.
    ///   - seed: what targets and times are drawn by, then with `interval` as the mean; `nil` for no chance.
    package func moveDriver(interval: Duration, count: Int?, seed: UInt32? = nil) async throws -> MoveDriver {
        let words = ["\(interval.milliseconds)", "\(count ?? 0)"] + (seed.map { ["\($0)"] } ?? [])
        let command = try await FollowedCommand(in: try programs(), startBy: deadline(.seconds(10)), endBy: nil) {
            RemoteCommand("exec popcorn-migrate drive \(words.joined(separator: " "))", output: .lines($0))
        }
        var lines = command.output.makeAsyncIterator()
        guard let words = await lines.next()?.split(separator: " "), words.count == 2, words[0] == "ready" else {
            command.end.cancel()
            let said = (try? await command.end.value.errorText) ?? ""
            throw failure("popcorn-migrate does not start: \(said)")
        }
        return MoveDriver(guest: self, name: String(words[1]), command: command)
    }
}
