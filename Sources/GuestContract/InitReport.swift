/// A line by which the guest's init tells how far it is: `popcorn-init: STAGE DETAIL` (`Images/guest/init/report.c`).
package struct InitReport: Sendable, Equatable {
    /// What init has done, or what stands in its way.
    package enum Stage: String, Sendable {
        case booted
        case fabric
        case modules
        case sshd
        /// The detail is `UP of ALL`.
        case peers
        /// The detail is `ID ARCHITECTURE`: what a peer has told of itself.
        case joined
        /// All peers are there.
        case ready
        /// The detail is `STAGE: MESSAGE`.
        case error
    }

    private static let prefix = "popcorn-init: "

    /// The stage that is reached, or `error`.
    package var stage: Stage
    var detail: String

    /// - Returns: `nil` for a line that is none of init's, or of a stage that the lab does not follow.
    package init?(line: String) {
        guard let range = line.firstRange(of: Self.prefix) else { return nil }
        let words = line[range.upperBound...].split(separator: " ", maxSplits: 1)
        guard let word = words.first, let stage = Stage(rawValue: String(word)) else { return nil }
        self.stage = stage
        detail = words.count > 1 ? String(words[1]) : ""
    }

    /// How many peers of how many the node sees; `nil` unless the stage is `peers`.
    package var peers: (up: Int, all: Int)? {
        let words = detail.split(separator: " ")
        guard stage == .peers, words.count == 3, let up = Int(words[0]), let all = Int(words[2]) else { return nil }
        return (up, all)
    }

    /// Which peer has joined, and what it calls its architecture; `nil` unless the stage is `joined`.
    package var joined: (id: Int, architecture: String)? {
        let words = detail.split(separator: " ")
        guard stage == .joined, words.count == 2, let id = Int(words[0]) else { return nil }
        return (id, String(words[1]))
    }

    /// What could not be done and why; `nil` unless the stage is `error`.
    package var failure: (stage: Stage, message: String)? {
        let parts = detail.split(separator: ":", maxSplits: 1)
        guard stage == .error, parts.count == 2, let failed = Stage(rawValue: String(parts[0])) else { return nil }
        return (failed, String(parts[1].drop { $0 == " " }))
    }
}
