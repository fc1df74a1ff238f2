/// Where a thread of a migratable process is in one kernel, as `popcorn-threads` says.
package struct ThreadPlace: Sendable, Equatable {
    /// The id of its process in this guest.
    package var pid: Int32
    /// Its own id in this guest. At the origin, a thread that is away has a shadow of that id.
    package var tid: Int32
    /// Whether it hosts a thread of another node's process.
    package var isWorker: Bool
    /// The kernel's function that it waits in; `nil` if it runs, or the kernel does not say.
    package var waitsIn: String?
    /// `State:` of its status, such as `S (sleeping)`; empty if the kernel does not say.
    package var state = ""

    /// The threads that a guest lists.
    package static func list(parsing text: String) -> [ThreadPlace] {
        var places: [ThreadPlace] = []
        var file: Substring = ""
        for line in text.split(separator: "\n") {
            if let place = ThreadPlace(line) {
                places.append(place)
            } else if line.hasPrefix("F: ") {
                file = line.dropFirst(3)
            } else if line.hasPrefix(" "), !places.isEmpty {
                places[places.count - 1].take(line.dropFirst(), of: file)
            }
        }
        return places
    }

    /// - Parameter line: `T: PID/TID HERE`.
    private init?(_ line: Substring) {
        let words = line.split(separator: " ")
        guard words.count == 3, words[0] == "T:" else { return nil }
        let ids = words[1].split(separator: "/").compactMap { Int32($0) }
        guard ids.count == 2, words[2] == "origin" || words[2] == "worker" else { return nil }
        pid = ids[0]
        tid = ids[1]
        isWorker = words[2] == "worker"
    }

    private mutating func take(_ line: Substring, of file: Substring) {
        switch file {
        case "wchan": waitsIn = line == "0" || line.hasPrefix("(") ? nil : String(line)
        case "status" where line.hasPrefix("State:"):
            state = line.dropFirst("State:".count).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        default: break
        }
    }
}
