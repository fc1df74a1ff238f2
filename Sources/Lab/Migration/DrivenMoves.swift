import Guest
import Support

/// Hops that are driven from outside, while a program runs, by `popcorn-migrate drive` in the guest of its origin.
public struct DrivenMoves: Sendable {
    /// The least time between two requests to a thread; zero asks again as soon as it has moved.
    public var interval: Duration = .zero
    /// After how many moves a thread is left alone; `nil` for never.
    public var count: Int?

    public init(interval: Duration = .zero, count: Int? = nil) {
        self.interval = interval
        self.count = count
    }

    /// What became of them, of all threads together.
    public struct Summary: Codable, Sendable, Equatable {
        /// Whether the program ever could be moved.
        public var isMigratable: Bool
        public var threads: Int
        public var moves: Int
        public var refused: Int
        /// Why the last that was refused was.
        public var reason: String?

        /// - Parameter line: `migratable=0|1 threads=N moves=N refused=N error=ERRNO`.
        init?(parsing line: String) {
            let values = KeyValues(line.split(separator: " "))
            guard let migratable = values.number("migratable", as: Int.self),
                let threads = values.number("threads", as: Int.self), let moves = values.number("moves", as: Int.self),
                let refused = values.number("refused", as: Int.self), let error = values.number("error", as: Int.self)
            else { return nil }
            isMigratable = migratable != 0
            self.threads = threads
            self.moves = moves
            self.refused = refused
            reason = refused > 0 ? MoveRefusal.reason(Int32(clamping: error)) : nil
        }

        /// What the user should know; `nil` if all went as asked.
        func warning(_ wanted: DrivenMoves) -> String? {
            if !isMigratable { return "the program was never migratable: nothing moved" }
            if let reason { return "\(refused) moves were refused, the last one because \(reason)" }
            if let count = wanted.count, moves < count * threads {
                return "the program ended after \(moves) of \(count * threads) moves"
            }
            return moves == 0 ? "the program ended before it moved" : nil
        }
    }

    /// Starts the driver.
    func start(on node: NodeRecord, _ session: GuestSession) async throws -> Driver {
        let limit = ContinuousClock.now + node.timeScale(.seconds(10))
        let command = try await FollowedCommand(in: session, startBy: limit, endBy: nil) {
            RemoteCommand("exec popcorn-migrate drive \(interval.milliseconds) \(count ?? 0)", output: .lines($0))
        }
        var lines = command.output.makeAsyncIterator()
        guard let words = await lines.next()?.split(separator: " "), words.count == 2, words[0] == "ready" else {
            command.end.cancel()
            let said = (try? await command.end.value.errorText) ?? ""
            throw LabError(.commandFailed, "\(node.name): popcorn-migrate does not start: \(said)")
        }
        return Driver(node: node, name: String(words[1]), command: command)
    }

    /// A driver that waits for its program, or drives it.
    struct Driver: Sendable {
        let node: NodeRecord
        let name: String
        fileprivate let command: FollowedCommand<String>

        /// What to run in place of a program, so that this moves it.
        func wrapping(_ command: String) -> String { "popcorn-migrate start \(ShellWord.quote(name)) \(command)" }

        /// Ends with the program, which has ended; a driver that does not is ended.
        func summary() async throws -> Summary {
            let watchdog = Task {
                try await Task.sleep(for: node.timeScale(.seconds(10)))
                command.end.cancel()
            }
            defer { watchdog.cancel() }
            let result = try await command.end.value
            for await line in command.output {
                if let summary = Summary(parsing: line) { return summary }
            }
            throw LabError(.commandFailed, "\(node.name): popcorn-migrate says nothing: \(result.errorText)")
        }
    }
}
