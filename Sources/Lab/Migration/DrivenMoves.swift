import GuestContract

/// Hops that are driven from outside, while a program runs.
package struct DrivenMoves: Sendable {
    /// The least time between two requests to a thread; zero asks again as soon as it has moved.
    package var interval: Duration = .zero
    /// After how many moves a thread is left alone; `nil` for never.
    package var count: Int?
    /// What targets and times are drawn by: any other connected node, and around `interval`, from none to twice as long.
    /// `nil` for from node to node in the list, as soon as `interval` allows.
    package var seed: UInt32?

    /// Makes a request for moves. By default, each thread moves as fast as it can until the program ends.
    package init(interval: Duration = .zero, count: Int? = nil, seed: UInt32? = nil) {
        self.interval = interval
        self.count = count
        self.seed = seed
    }

    /// Starts what drives them.
    func driver(in origin: EmbeddedGuest) async throws -> MoveDriver {
        try await origin.moveDriver(interval: interval, count: count, seed: seed)
    }

    /// What the user should know of what became of them; `nil` if all went as asked.
    func warning(of summary: MoveSummary) -> String? {
        if !summary.isMigratable { return "the program was never migratable: nothing moved" }
        if let reason = summary.reason {
            return "\(summary.refused) moves were refused, the last one because \(reason)"
        }
        if let count, summary.moves < count * summary.threads {
            return "the program ended after \(summary.moves) of \(count * summary.threads) moves"
        }
        return summary.moves == 0 ? "the program ended before it moved" : nil
    }
}
