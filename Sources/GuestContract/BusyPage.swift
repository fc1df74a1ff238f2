/// A page on which something is under way, as one node sees it: a `B:` line of `/proc/popcorn_pages`.
package struct BusyPage: Sendable, Equatable {
    /// The id of the process whose page it is, as `/proc/popcorn_ps` writes it.
    package var process: String
    /// The id of its home.
    package var home: Int
    /// Its address in the program, in hex with `0x`.
    package var address: String
    /// Whether this node has asked for the page and has not got it.
    package var isPending: Bool
    /// Whether this node is asked for the page and has yet to give it.
    package var isInDemand: Bool
    /// Whether somebody held its lock.
    package var isLocked: Bool
    /// At the home: the id of the node that is being served; `nil` if none is.
    package var asker: Int?
    /// At the home: the nodes whose answers are awaited.
    package var awaited: [Int]
    /// At the home: whether the only copy is gone.
    package var isLost: Bool

    /// All that a guest lists.
    package static func list(parsing text: String) -> [BusyPage] {
        var pages: [BusyPage] = []
        var (process, home) = ("", -1)
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            let values = KeyValues(words)
            if words.first == "S:" {
                (process, home) = (values["process"] ?? "", values.number("home") ?? -1)
            } else if words.first == "B:", let page = BusyPage(words, values, process, home) {
                pages.append(page)
            }
        }
        return pages
    }

    private init?(_ words: [Substring], _ values: KeyValues, _ process: String, _ home: Int) {
        guard words.count > 1, words[1].hasPrefix("0x"), let asker = values.number("asker", as: Int.self) else {
            return nil
        }
        self.process = process
        self.home = home
        address = String(words[1])
        isPending = values["pending"] == "1"
        isInDemand = (values.number("demand") ?? 0) != 0
        isLocked = values["locked"] == "1"
        self.asker = asker < 0 ? nil : asker
        let bits = UInt32((values["awaited"] ?? "0x0").dropFirst(2), radix: 16) ?? 0
        awaited = (0..<32).filter { bits & 1 << UInt32($0) != 0 }
        isLost = values["lost"] == "1"
    }
}
