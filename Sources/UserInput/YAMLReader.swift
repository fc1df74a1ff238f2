internal import Yams

/// Reads a YAML file strictly: unknown keys, wrong types and repeated keys are errors, and all errors of a file are
/// reported at once, each with its place.
///
/// ```swift
/// let recipe = try YAMLReader.read(text, file: "embedded.yaml", as: "a recipe", keys: ["name", "size"]) { top in
///     guard let name = top.required("name", { top.text($0) }) else { return nil }
///     return Recipe(name: name, size: top.value("size", MemorySize.self) ?? Recipe.defaultSize)
/// }
/// ```
///
/// The accessors of `YAMLMapping` give `nil` both for an absent key and after reporting an error, so a closure goes
/// on with defaults and finds the other errors too; its result counts only if nothing was reported.
package final class YAMLReader {
    /// The file's name as every diagnostic gives it.
    package let file: String
    private let lines: [Substring]
    private var found: [Diagnostic] = []
    private var positions: [String: SourcePosition] = [:]
    private var unreadable: Set<String> = []

    private init(_ text: String, file: String) {
        self.file = file
        lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    }

    /// Reads the one mapping that the file consists of.
    ///
    /// - Parameters:
    ///   - file: the file's name, for the errors.
    ///   - kind: what the file describes, with its article, for the errors: `a lab`.
    ///   - keys: the keys that the mapping may have.
    ///   - body: reads the mapping; `nil` if a part without which there is no value was reported as an error.
    /// - Throws: `InputError` with code `.invalidFile` and all diagnostics in the order of lines.
    package static func read<Value>(
        _ text: String, file: String, as kind: String, keys: [String], _ body: (YAMLMapping) -> Value?
    ) throws(InputError) -> Value {
        // A byte order mark is allowed in front of YAML, but the parser takes it for content.
        let text = text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text
        let reader = YAMLReader(text, file: file)
        let document = YAMLDocument(parsing: text)
        for problem in document.problems { reader.report(problem.message, at: problem.position) }
        var value: Value?
        if let root = document.root {
            reader.note("", at: root)
            if let top = YAMLMapping(root, path: "", kind: kind, keys: keys, reader: reader) { value = body(top) }
        } else if document.problems.isEmpty {
            reader.report("the file is empty; expected \(kind)", at: SourcePosition(line: 1, column: 1))
        }
        if reader.found.isEmpty, let value { return value }
        throw reader.error(expected: kind)
    }

    /// Reports an error at the field `path`, such as `nodes[1].address`, or at the nearest field around it.
    package func report(_ message: String, at path: String) {
        report(message, at: position(of: path))
    }

    /// Reports what was found out about the field `path`, unless it rests on a field that could not be read.
    ///
    /// - Parameter basis: the other fields that it rests on.
    package func report(_ message: String, at path: String, basis: [String]) {
        guard !([path] + basis).contains(where: unreadable.contains) else { return }
        report(message, at: path)
    }

    /// Whether an error was reported so far: what rests on all of the file need not be looked at then.
    package var hasErrors: Bool { !found.isEmpty }

    func report(_ message: String, at position: SourcePosition) {
        let line = lines.indices.contains(position.line - 1) ? String(lines[position.line - 1]) : nil
        found.append(Diagnostic(file: file, position: position, message: message, sourceLine: line))
    }

    /// Remembers where the value of a field stands.
    func note(_ path: String, at node: Node) {
        if let mark = node.mark { positions[path] = SourcePosition(mark) }
    }

    /// Marks a field as one whose value could not be read, so that nothing is concluded from it.
    func reject(_ path: String, _ message: String) {
        unreadable.insert(path)
        report(message, at: path)
    }

    private func position(of path: String) -> SourcePosition {
        var path = path[...]
        while true {
            if let position = positions[String(path)] { return position }
            guard let end = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { break }
            path = path[..<end]
        }
        return positions[""] ?? SourcePosition(line: 1, column: 1)
    }

    private func error(expected kind: String) -> InputError {
        if found.isEmpty { report("the file does not hold \(kind)", at: "") }
        let diagnostics = found.sorted { $0.position < $1.position }
        let count = diagnostics.count == 1 ? "1 error" : "\(diagnostics.count) errors"
        return InputError(
            .invalidFile,
            "\(file): \(count)\n" + diagnostics.map(\.description).joined(separator: "\n"), diagnostics: diagnostics)
    }
}

extension SourcePosition {
    init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}
