internal import Yams

/// The tree of a file's only YAML document, and what keeps it from being one.
struct YAMLDocument {
    struct Problem {
        var position: SourcePosition
        var message: String
    }

    private(set) var root: Node?
    private(set) var problems: [Problem] = []

    /// For each character that blinds a key, the key's own first character; see `blind`.
    private var blinded: [Unicode.Scalar: Unicode.Scalar] = [:]

    init(parsing text: String) {
        var text = text
        while true {
            do {
                try compose(text)
                break
            } catch YamlError.duplicatedKeysInMapping(_, let context) {
                guard let rest = blind(key: SourcePosition(context.mark), in: text) else {
                    problems = [Problem(position: SourcePosition(context.mark), message: "this key is given twice")]
                    break
                }
                text = rest
            } catch {
                problems = [Self.problem(error, in: text)]
                break
            }
        }
        if let root, !blinded.isEmpty { self.root = removingBlinded(from: root) }
    }

    private mutating func compose(_ text: String) throws {
        let parser = try Parser(yaml: text, encoding: .utf8)
        guard let first = try parser.nextRoot() else { return }
        if let second = try parser.nextRoot() {
            let position = second.mark.map { SourcePosition($0) } ?? SourcePosition(line: 1, column: 1)
            problems = [Problem(position: position, message: "a second YAML document; expected one in a file")]
        }
        // A file of comments alone, or of `---`, holds an empty scalar.
        root = first.scalar.map { $0.string.isEmpty && $0.style == .plain } == true ? nil : first
    }
}

// MARK: - Keys that are given twice

/// Yams stops at the first mapping with a repeated key and tells only where the key stands first. So that all errors
/// of a file are found, that first key is made a different one, by a character that no other key has, and the text is
/// parsed again; columns stay as they are.
extension YAMLDocument {
    /// From the private use area, where no key of a configuration file begins.
    private static let firstBlind: UInt32 = 0xe000
    private static let mostBlinds: UInt32 = 100

    private mutating func blind(key position: SourcePosition, in text: String) -> String? {
        let next = Self.firstBlind + UInt32(blinded.count)
        guard next < Self.firstBlind + Self.mostBlinds, let mark = Unicode.Scalar(next) else { return nil }
        guard var index = Self.index(of: position, in: text) else { return nil }
        let scalars = text.unicodeScalars
        if scalars[index] == "'" || scalars[index] == "\"" { index = scalars.index(after: index) }
        guard index < scalars.endIndex, scalars[index].properties.isAlphabetic else { return nil }
        blinded[mark] = scalars[index]
        var changed = String.UnicodeScalarView(scalars[..<index])
        changed.append(mark)
        changed.append(contentsOf: scalars[scalars.index(after: index)...])
        return String(changed)
    }

    private static func index(of position: SourcePosition, in text: String) -> String.Index? {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard lines.indices.contains(position.line - 1) else { return nil }
        let line = lines[position.line - 1].unicodeScalars
        return line.index(line.startIndex, offsetBy: position.column - 1, limitedBy: line.endIndex)
            .flatMap { $0 < line.endIndex ? $0 : nil }
    }

    /// A key as the file has it, and whether it was blinded.
    private func trueName(_ key: String) -> (name: String, isBlinded: Bool) {
        guard let original = key.unicodeScalars.first.flatMap({ blinded[$0] }) else { return (key, false) }
        var name = String.UnicodeScalarView([original])
        name.append(contentsOf: key.unicodeScalars.dropFirst())
        return (String(name), true)
    }

    /// Reports each repeated key where it stands again, and drops its earlier values.
    private mutating func removingBlinded(from node: Node) -> Node {
        switch node {
        case .mapping(let mapping):
            var first: [String: SourcePosition] = [:]
            var kept: [(Node, Node)] = []
            for (key, value) in mapping {
                let (name, isBlinded) = trueName(key.scalar?.string ?? "")
                if let mark = key.mark, let earlier = first[name] {
                    problems.append(
                        Problem(
                            position: SourcePosition(mark),
                            message: "the key '\(name)' is given twice; the first is in line \(earlier.line)"))
                } else if isBlinded, let mark = key.mark {
                    first[name] = SourcePosition(mark)
                }
                if !isBlinded { kept.append((key, removingBlinded(from: value))) }
            }
            return .mapping(Node.Mapping(kept, mapping.tag, mapping.style, mapping.mark))
        case .sequence(let sequence):
            let items = sequence.map { removingBlinded(from: $0) }
            return .sequence(Node.Sequence(items, sequence.tag, sequence.style, sequence.mark))
        default:
            return node
        }
    }
}

// MARK: - Syntax errors

extension YAMLDocument {
    private static func problem(_ error: any Error, in text: String) -> Problem {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let place = SourcePosition(mark)
            let circumstance = context.map { " \($0.text) that begins in line \($0.mark.line)" } ?? ""
            let tab = index(of: place, in: text).map { text.unicodeScalars[$0] == "\t" } ?? false
            let advice = tab ? "; indent with spaces, not with tabs" : ""
            return Problem(position: place, message: "not valid YAML\(circumstance): \(problem)\(advice)")
        case YamlError.reader(let problem, let offset, _, _):
            let before = text.prefix(offset ?? 0)
            let line = before.reduce(1) { $1.isNewline ? $0 + 1 : $0 }
            let column = before.reversed().prefix { !$0.isNewline }.count + 1
            return Problem(position: SourcePosition(line: line, column: column), message: "not valid YAML: \(problem)")
        default:
            return Problem(position: SourcePosition(line: 1, column: 1), message: "not valid YAML: \(error)")
        }
    }
}
