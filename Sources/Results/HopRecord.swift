import FoundationEssentials
import Support

/// The hops of a case's try, for pictures; `hops.json` of its folder holds them.
package struct HopRecord: Codable, Sendable, Equatable {
    /// A thread's attempt to move.
    package struct Hop: Codable, Sendable, Equatable {
        /// Which of the record's threads; from 0, in the order of their first hops.
        package var thread: Int
        /// Nodes by name.
        package var from: String
        package var to: String
        /// Milliseconds since the first hop of all began.
        package var begin: Double
        /// When the thread went on in user space; `nil` if it was not seen to.
        package var end: Double?
        /// A positive errno if it went on where it was.
        package var error: Int32?

        /// Takes the values as they are.
        package init(thread: Int, from: String, to: String, begin: Double, end: Double?, error: Int32? = nil) {
            self.thread = thread
            self.from = from
            self.to = to
            self.begin = begin
            self.end = end
            self.error = error
        }
    }

    /// The lab's nodes, in the order of their ids.
    package var nodes: [String]
    /// The first ones, in the order of their beginnings.
    package var hops: [Hop]
    /// How many there were.
    package var count: Int

    /// The file's name in a try's folder.
    package static let fileName = "hops.json"
    /// More than that make no picture that anybody can read.
    package static let most = 400

    /// Keeps the first of them.
    package init(nodes: [String], hops: [Hop]) {
        self.nodes = nodes
        self.hops = Array(hops.prefix(Self.most))
        count = hops.count
    }

    /// What a try's folder has; `nil` if that is nothing, or nothing that can be read.
    package static func read(folder: String) -> HopRecord? {
        guard let bytes = (try? AtomicFile.read(folder + "/" + fileName)) ?? nil else { return nil }
        return try? JSONDecoder().decode(HopRecord.self, from: bytes)
    }

    /// Writes it into a try's folder.
    ///
    /// - Throws: `SystemError`.
    package func write(folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(try encoder.encode(self), to: folder + "/" + Self.fileName)
    }
}
