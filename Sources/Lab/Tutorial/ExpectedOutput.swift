import Topology
import UserInput

/// What a program prints as a function of the node that it was started on and of how many nodes there are.
///
/// The files `Images/programs/tutorial/expected/NAME.txt` are in this form; the README beside them describes it.
package struct ExpectedOutput: Sendable, Equatable {
    /// A line that differs.
    package struct Difference: Sendable, Equatable {
        /// The number of the line, from 1.
        package var line: Int
        /// What was expected, with the nodes filled in; nil after the last expected line.
        package var expected: String?
        /// What the program printed; nil after its last line.
        package var actual: String?
    }

    enum Piece: Equatable {
        case text(String)
        /// The node so many places after the origin.
        case node(afterOrigin: Int)
        case anyNode
        /// A decimal number that is the same wherever the name occurs.
        case number(named: String)
    }

    /// The arguments that the output belongs to.
    package private(set) var arguments: [String] = []
    /// Whether somebody else has to move the program: its output tells only where it may be.
    package private(set) var isMovedFromOutside = false
    private var lines: [[Piece]] = []

    /// - Throws: `InputError` with code `.invalidValue` for a header or a placeholder that is not in the accepted form.
    package init(parsing text: String) throws(InputError) {
        for (index, line) in Self.lines(of: text).enumerated() {
            if line.hasPrefix("#") {
                try readHeader(line, number: index + 1)
            } else {
                lines.append(try Self.pieces(of: line, number: index + 1))
            }
        }
    }

    /// Compares what a program printed with this.
    /// - Parameters:
    ///   - origin: the id of the node that the program was started on, below `nodes`.
    ///   - nodes: how many nodes the lab has.
    /// - Returns: the first line that differs, or nil.
    package func firstDifference(in output: String, origin: Int, nodes: Int) -> Difference? {
        let actual = Self.lines(of: output)
        var numbers: [String: String] = [:]
        for index in 0..<max(lines.count, actual.count) {
            let text = index < actual.count ? actual[index] : nil
            let pieces = index < lines.count ? lines[index] : nil
            if let text, let pieces, matches(text, pieces, origin: origin, nodes: nodes, numbers: &numbers) { continue }
            let expected = pieces.map { $0.map { Self.text(of: $0, origin: origin, nodes: nodes, numbers) }.joined() }
            return Difference(line: index + 1, expected: expected, actual: text)
        }
        return nil
    }

    private func matches(
        _ line: String, _ pieces: [Piece], origin: Int, nodes: Int, numbers: inout [String: String]
    ) -> Bool {
        var rest = line[...]
        for piece in pieces {
            switch piece {
            case .text(let text):
                guard rest.hasPrefix(text) else { return false }
                rest = rest.dropFirst(text.count)
            case .node(let offset):
                guard Self.takeNumber(&rest) == String((origin + offset) % nodes) else { return false }
            case .anyNode:
                guard let node = Int(Self.takeNumber(&rest)), node < nodes else { return false }
            case .number(let name):
                let number = Self.takeNumber(&rest)
                guard !number.isEmpty, numbers[name, default: number] == number else { return false }
                numbers[name] = number
            }
        }
        return rest.isEmpty
    }

    private static func takeNumber(_ rest: inout Substring) -> String {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(digits.count)
        return String(digits)
    }

    private static func text(of piece: Piece, origin: Int, nodes: Int, _ numbers: [String: String]) -> String {
        switch piece {
        case .text(let text): text
        case .node(let offset): String((origin + offset) % nodes)
        case .anyNode: "{node}"
        case .number(let name): numbers[name] ?? "{\(name)}"
        }
    }

    private static func lines(of text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}

/// The form of the files.
extension ExpectedOutput {
    private mutating func readHeader(_ line: String, number: Int) throws(InputError) {
        let words = line.dropFirst().split(separator: " ").map(String.init)
        switch words.first {
        case "arguments:":
            arguments = Array(words.dropFirst())
        case "moved:" where words.dropFirst() == ["from", "outside"]:
            isMovedFromOutside = true
        default:
            throw InputError(
                .invalidValue, "line \(number): '\(line)' is not a header of an expected output",
                hint: "there are '# arguments: WORDS' and '# moved: from outside'")
        }
    }

    private static func pieces(of line: String, number: Int) throws(InputError) -> [Piece] {
        var pieces: [Piece] = []
        var rest = line[...]
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}"),
                let piece = placeholder(rest[rest.index(after: open)..<close])
            else {
                throw InputError(
                    .invalidValue, "line \(number): '\(rest[open...])' does not begin with a placeholder",
                    hint: "there are {origin}, {origin+N}, {node} and, for numbers that stay the same, {NAME}")
            }
            pieces.append(piece)
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        return pieces
    }

    private static func placeholder(_ name: Substring) -> Piece? {
        if name == "origin" { return .node(afterOrigin: 0) }
        if name == "node" { return .anyNode }
        if name.hasPrefix("origin+") {
            return Int(name.dropFirst("origin+".count)).flatMap { $0 > 0 ? .node(afterOrigin: $0) : nil }
        }
        return !name.isEmpty && name.allSatisfy { $0.isASCII && $0.isLetter } ? .number(named: String(name)) : nil
    }
}
