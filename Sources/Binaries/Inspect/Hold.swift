/// Where a thread stays on its node although it was asked to move, and why.
package struct Hold: Codable, Sendable, Hashable {
    /// Why the thread stays. The raw values stand in the program's description.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// A function without a migration point that calls nothing and has no loop: it is soon over.
        case short
        /// A function from which no migration point can be reached, and that may take long.
        case noPoint = "no-point"
        /// A loop without a migration point.
        case loop
        /// A call of libc that calls functions of the program.
        case callback
        /// A signal handler.
        case signalHandler = "signal-handler"
        /// A call of libc whose result means nothing on another node. The thread may move; what it got does not.
        case nodeLocal = "node-local"
    }

    /// Which of the known reasons it is.
    package var kind: Kind
    /// The function in which it was written, whatever it was inlined into.
    package var function: String
    /// As the compiler was given it, or absolute; `nil` without line information.
    package var file: String?
    /// Counted from 1; `nil` without line information.
    package var line: Int?
    /// The reason in words, half a sentence: `a loop without a migration point`.
    package var reason: String

    /// Makes a hold of what the compiler found; `line` means nothing without `file`.
    package init(kind: Kind, function: String, file: String?, line: Int?, reason: String) {
        self.kind = kind
        self.function = function
        self.file = file
        self.line = line
        self.reason = reason
    }

    /// `FILE:LINE`, or as much of it as is known.
    package var place: String? { file.map { file in line.map { "\(file):\($0)" } ?? file } }
}
