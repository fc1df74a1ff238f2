import FoundationEssentials
import Results
import Support

/// Reads what the logs of shards say beyond what was read before.
///
/// By looking, not by inotify: on a network's file system that tells nothing of what other machines write.
struct ShardFollower: Sendable {
    private var offsets: [String: Int] = [:]

    /// The events that were added to a log since the last call; those that cannot be read are left to who merges the log.
    mutating func news(of log: String) -> [RunEvent] {
        guard let bytes = try? AtomicFile.contents(of: log) else { return [] }
        let offset = min(offsets[log, default: 0], bytes.count)
        let new = bytes.dropFirst(offset)
        guard let end = new.lastIndex(of: 0x0a) else { return [] }
        offsets[log] = bytes.distance(from: bytes.startIndex, to: end) + 1
        return new[..<end].split(separator: 0x0a).compactMap {
            try? JSONDecoder().decode(RunEvent.self, from: Data($0))
        }
    }
}
