import Guest
import Support

/// `popcorn-migrate drive` in a guest, which waits for its program, or drives it.
package struct MoveDriver: Sendable {
    let guest: EmbeddedGuest
    let name: String
    let command: FollowedCommand<String>

    /// What to run in place of a program, so that this moves it.
    func wrapping(_ command: String) -> String { "popcorn-migrate start \(ShellWord.quote(name)) \(command)" }

    /// Ends with the program, which has ended; a driver that does not is ended.
    package func summary() async throws -> MoveSummary {
        let watchdog = Task { [guest, command] in
            try await Task.sleep(for: guest.timeScale(.seconds(10)))
            command.end.cancel()
        }
        defer { watchdog.cancel() }
        let result = try await command.end.value
        for await line in command.output {
            if let summary = MoveSummary(parsing: line) { return summary }
        }
        throw guest.failure("popcorn-migrate says nothing: \(result.errorText)")
    }
}

/// What became of the moves that a driver asked for, of all threads together.
package struct MoveSummary: Codable, Sendable, Equatable {
    /// Whether the program ever could be moved.
    package var isMigratable: Bool
    /// How many threads of the program the driver has met.
    package var threads: Int
    /// Proposals that were made. More than `moves` and `refused` if one had to be repeated because nothing came of it for a
    /// second, or was under way when the program ended. `nil` in a manifest of an earlier version.
    package var asked: Int?
    /// Requests after which the thread arrived where it was to go.
    package var moves: Int
    /// Requests that the origin's kernel or the target refused.
    package var refused: Int
    /// Why the last that was refused was.
    package var reason: String?

    /// - Parameter line: `migratable=0|1 threads=N asked=N moves=N refused=N error=ERRNO`.
    package init?(parsing line: String) {
        let values = KeyValues(line.split(separator: " "))
        guard let migratable = values.number("migratable", as: Int.self),
            let threads = values.number("threads", as: Int.self), let asked = values.number("asked", as: Int.self),
            let moves = values.number("moves", as: Int.self),
            let refused = values.number("refused", as: Int.self), let error = values.number("error", as: Int.self)
        else { return nil }
        isMigratable = migratable != 0
        self.threads = threads
        self.asked = asked
        self.moves = moves
        self.refused = refused
        reason = refused > 0 ? MoveRefusal.reason(Int32(clamping: error)) : nil
    }
}
