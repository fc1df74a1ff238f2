import FoundationEssentials
import Support

/// Where one run of a command keeps what it collected; docs/runs.md describes the files.
package struct RunDirectory: Sendable {
    /// `DATE-TIME-VERB-HEX` in UTC, such as `20190927-101500-up-3f2a`; for a stray directory its name.
    package let id: String
    /// The directory, whose name is the id.
    package let path: String

    /// An existing run.
    package init(id: String, directories: Directories) {
        self.id = id
        path = directories.runs + "/" + id
    }

    /// Makes the directory of a new run.
    ///
    /// Its last four digits are the fraction of the second, so that runs of one second have an order, too; the next free ones
    /// where a run has them already.
    package static func create(verb: RunVerb, at date: Date = Date(), directories: Directories) throws -> RunDirectory {
        let time = date.timeIntervalSince1970
        let second = time.rounded(.down)
        let stamp = Date(timeIntervalSince1970: second).formatted(
            .iso8601.year().month().day().timeSeparator(.omitted).dateSeparator(.omitted).time(
                includingFractionalSeconds: false))
        var fraction = UInt16((time - second) * 0x1_0000)
        try Directories.create(directories.runs)
        while true {
            let digits = hexadecimal([UInt8(fraction >> 8), UInt8(fraction & 0xff)])
            let run = RunDirectory(
                id: stamp.replacing("T", with: "-") + "-\(verb.rawValue)-\(digits)", directories: directories)
            if try Directories.createNew(run.path) { return run }
            fraction &+= 1
        }
    }

    /// All runs, oldest first.
    package static func all(in directories: Directories) -> [RunDirectory] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: directories.runs)) ?? []
        return entries.map { (order(of: $0), RunDirectory(id: $0, directories: directories)) }
            .sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// What ids sort by: when the run was made, then its verb; a stray directory's name.
    private static func order(of id: String) -> String {
        let parts = id.split(separator: "-")
        guard parts.count == 4 else { return id }
        return [parts[0], parts[1], parts[3], parts[2]].joined(separator: "-")
    }

    /// Which command made it; `nil` for a directory whose name is no run's id.
    package var verb: RunVerb? {
        let parts = id.split(separator: "-")
        return parts.count == 4 ? RunVerb(rawValue: String(parts[2])) : nil
    }

    /// What was run on what, as JSON.
    package var manifest: String { path + "/manifest.json" }
    /// The timeline, where a command writes one by itself.
    package var trace: String { path + "/trace.json" }
    /// The directory of the captures of nodes' packets; absent if the run has none.
    package var captures: String { path + "/captures" }
    /// A node's packets as QEMU wrote them, by the node's name.
    package func capture(_ node: String) -> String { captures + "/" + node + ".pcap" }
    /// All nodes' captures in one file.
    package var mergedCapture: String { captures + "/all.pcapng" }
    /// The directory of what was collected from a node, by the node's name.
    package func node(_ node: String) -> String { path + "/nodes/" + node }
    /// One of the files that a run may have of a node, by the node's name; it need not exist.
    package func file(_ file: NodeRunFile, of node: String) -> String { file.path(in: self.node(node)) }
}
