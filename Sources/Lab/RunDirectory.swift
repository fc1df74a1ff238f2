import FoundationEssentials
import Support

/// Where one run of a command keeps what it collected; docs/runs.md describes the files.
public struct RunDirectory: Sendable {
    public let id: String
    public let path: String

    /// An existing run.
    public init(id: String, directories: Directories) {
        self.id = id
        path = directories.runs + "/" + id
    }

    /// Makes the directory of a new run. Its id sorts by time: `20190927-101500-up-3f2a`.
    public static func create(verb: String, at date: Date = Date(), directories: Directories) throws -> RunDirectory {
        let stamp = date.formatted(
            .iso8601.year().month().day().timeSeparator(.omitted).dateSeparator(.omitted).time(
                includingFractionalSeconds: false))
        let id =
            stamp.replacing("T", with: "-") + "-\(verb)-" + hexadecimal((0..<2).map { _ in UInt8.random(in: 0...255) })
        let run = RunDirectory(id: id, directories: directories)
        try Directories.create(run.path)
        return run
    }

    /// All runs, oldest first.
    public static func all(in directories: Directories) -> [RunDirectory] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: directories.runs)) ?? []
        return entries.sorted().map { RunDirectory(id: $0, directories: directories) }
    }

    public var manifest: String { path + "/manifest.json" }
    /// The timeline, where a command writes one by itself.
    public var trace: String { path + "/trace.json" }
    public var captures: String { path + "/captures" }
    public func capture(_ node: String) -> String { captures + "/" + node + ".pcap" }
    public func node(_ node: String) -> String { path + "/nodes/" + node }

    /// Keeps a node's console; returns why it could not, if it could not.
    func copySerialLog(of node: String, from paths: LabPaths) -> String? {
        do {
            try Directories.create(self.node(node))
            guard let bytes = FileManager.default.contents(atPath: paths.serialLog(node)) else {
                return "\(node): there is no console log"
            }
            try AtomicFile.write(bytes, to: self.node(node) + "/serial.log")
            return nil
        } catch {
            return "\(node): the console log could not be kept: \(error)"
        }
    }
}
