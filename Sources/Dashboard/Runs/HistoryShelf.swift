import History
import Support

/// The history, opened when it is first asked for, and again when another file has its name.
final class HistoryShelf: Sendable {
    private struct Place: Equatable {
        var device: UInt64
        var inode: UInt64
    }

    let path: String
    private let open = Guarded<(place: Place, history: History)?>(nil)

    init(path: String) { self.path = path }

    /// - Returns: `nil` if there is none; a server makes no files.
    /// - Throws: `HistoryError` if it cannot be used.
    func history() throws -> History? {
        guard let stamp = FileStamp(of: path) else { return nil }
        let place = Place(device: stamp.device, inode: stamp.inode)
        return try open.withLock { open in
            if let open, open.place == place { return open.history }
            // Kept only if it can be used: what is damaged is looked at again.
            open = nil
            let history = try History(path: path)
            open = (place, history)
            return history
        }
    }

    /// - Throws: `DashboardError.absent` if there is none; `HistoryError`.
    func existing() throws -> History {
        guard let history = try history() else {
            throw DashboardError(
                .absent, "there is no history yet", hint: "`popcorn-lab test` records each run in \(path)")
        }
        return history
    }
}
