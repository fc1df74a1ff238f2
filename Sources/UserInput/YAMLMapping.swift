import Support
internal import Yams

/// A mapping of a YAML file, read key by key; see `YAMLReader`.
package struct YAMLMapping {
    /// Where the mapping stands in the file, such as `nodes[1]`; empty for the file's top.
    package let path: String
    /// The reader of the whole file, which collects the errors.
    package let reader: YAMLReader
    /// The keys that the file gives, in its order.
    package let keys: [String]
    /// What the mapping describes, for the errors: `a node`.
    private let kind: String
    /// Known keys that unknown ones were probably meant to be; that these are absent is told already.
    private let misspelt: Set<String>
    private let values: [String: Node]

    /// Reports everything but a mapping, and every key that is not among `keys`; `nil` allows any key.
    init?(_ node: Node, path: String, kind: String, keys known: [String]?, reader: YAMLReader) {
        guard let mapping = node.mapping else {
            reader.reject(path, "expected \(kind) as a mapping of keys to values, found \(node.description)")
            return nil
        }
        self.path = path
        self.kind = kind
        self.reader = reader
        var keys: [String] = []
        var values: [String: Node] = [:]
        var misspelt: Set<String> = []
        for (keyNode, value) in mapping {
            let position = keyNode.mark.map { SourcePosition($0) } ?? SourcePosition(line: 1, column: 1)
            guard let key = keyNode.scalar?.string else {
                reader.report("expected a key of \(kind), found \(keyNode.description)", at: position)
                continue
            }
            if let known, !known.contains(key) {
                let suggestion = NearestName.suggestion(for: key, among: known)
                let list = suggestion.isEmpty ? "; the keys are \(known.joined(separator: ", "))" : suggestion
                reader.report("unknown key '\(key)' in \(kind)\(list)", at: position)
                if let meant = NearestName.find(key, among: known) { misspelt.insert(meant) }
                continue
            }
            keys.append(key)
            values[key] = value
            reader.note(Self.join(path, key), at: value)
        }
        self.keys = keys
        self.values = values
        self.misspelt = misspelt
    }

    private static func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The place of the value of `key` in the file, such as `nodes[1].address`; the key need not be there.
    package func path(of key: String) -> String { Self.join(path, key) }

    /// Whether the file gives the key, with whatever value.
    package func has(_ key: String) -> Bool { values[key] != nil }

    /// Whether the file gives a key that was probably meant to be this one, which is told as an error.
    package func isMisspelt(_ key: String) -> Bool { misspelt.contains(key) }

    /// Reports an error at the value of `key`, or at the mapping if the key is absent.
    package func report(_ message: String, at key: String) { reader.report(message, at: path(of: key)) }

    /// Reports a missing key; else reads it.
    package func required<Value>(_ key: String, _ read: (String) -> Value?) -> Value? {
        if has(key) { return read(key) }
        if !isMisspelt(key) { reader.reject(path(of: key), "\(kind) lacks the key '\(key)'") }
        return nil
    }

    // MARK: - Scalars

    /// The scalar's text as it stands in the file, so that `on`, `1.10` or `0123` stay what they are.
    package func text(_ key: String) -> String? {
        values[key].flatMap { text(of: $0, expected: "a text", path: path(of: key)) }
    }

    private func text(of node: Node, expected: String, path: String) -> String? {
        guard let scalar = node.scalar, !node.isNothing else {
            reader.reject(path, "expected \(expected), found \(node.description)")
            return nil
        }
        return scalar.string
    }

    /// A whole number in decimal digits.
    package func integer(_ key: String) -> Int? {
        guard let node = values[key] else { return nil }
        guard let text = text(of: node, expected: "a whole number", path: path(of: key)) else { return nil }
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard let magnitude = Int(digits: digits) else {
            reader.reject(path(of: key), "expected a whole number, found '\(text)'")
            return nil
        }
        return text.hasPrefix("-") ? -magnitude : magnitude
    }

    /// `true` or `false` in just these words; `nil` for an absent key and after a report of anything else.
    package func boolean(_ key: String) -> Bool? {
        guard let node = values[key] else { return nil }
        guard let text = text(of: node, expected: "true or false", path: path(of: key)) else { return nil }
        switch text {
        case "true": return true
        case "false": return false
        default:
            reader.reject(path(of: key), "expected true or false, found '\(text)'")
            return nil
        }
    }

    /// A text in a form that `type` parses; `nil` for an absent key and after its error was reported at the key.
    package func value<Value: TextValue>(_ key: String, _ type: Value.Type) -> Value? {
        value(key) { (text) throws(InputError) in try Value(parsing: text) }
    }

    /// A text that `parse` understands; its error is reported at the key.
    package func value<Value>(_ key: String, parse: (String) throws(InputError) -> Value) -> Value? {
        values[key].flatMap { value(of: $0, path: path(of: key), parse) }
    }

    private func value<Value>(
        of node: Node, path: String, _ parse: (String) throws(InputError) -> Value
    ) -> Value? {
        guard let text = text(of: node, expected: "a text", path: path) else { return nil }
        do {
            return try parse(text)
        } catch {
            reader.reject(path, error.summary)
            return nil
        }
    }

    /// One of the names of an enumeration's cases.
    package func value<Choice: CaseIterable & RawRepresentable<String>>(_ key: String, oneOf type: Choice.Type)
        -> Choice?
    {
        value(key) { (text) throws(InputError) in
            if let choice = Choice(rawValue: text) { return choice }
            let names = Choice.allCases.map(\.rawValue)
            throw InputError(
                .invalidValue,
                "'\(text)' is not a \(key) of \(kind)" + NearestName.suggestion(for: text, among: names)
                    + " (accepted: \(names.joined(separator: ", ")))")
        }
    }

    // MARK: - Collections

    /// Whether the value of `key` is a list, whatever is in it.
    package func isList(_ key: String) -> Bool { values[key]?.sequence != nil }

    /// Whether the value of `key` is a list without items.
    package func isEmptyList(_ key: String) -> Bool { values[key]?.sequence?.isEmpty == true }

    /// Whether the value of `key` is a single scalar that says something, whatever it is.
    package func isText(_ key: String) -> Bool { values[key].map { $0.scalar != nil && !$0.isNothing } ?? false }

    /// Whether the value of `key` is a mapping, whatever is in it.
    package func isMapping(_ key: String) -> Bool { values[key]?.mapping != nil }

    /// A list of texts.
    package func texts(_ key: String) -> [String]? { values(key) { text in text } }

    /// A list of texts that `parse` understands; its errors are reported at the items.
    package func values<Value>(_ key: String, parse: (String) throws(InputError) -> Value) -> [Value]? {
        items(key, expected: "a list of texts")?.compactMap { item, path in value(of: item, path: path, parse) }
    }

    /// - Parameters:
    ///   - kind: what the mapping describes, with its article.
    ///   - keys: the keys that it may have; `nil` for any.
    package func mapping(_ key: String, as kind: String, keys: [String]?) -> YAMLMapping? {
        values[key].flatMap { YAMLMapping($0, path: path(of: key), kind: kind, keys: keys, reader: reader) }
    }

    /// A list of mappings. An item that is none is reported, and `nil` in the result, so that places stay what they
    /// are.
    package func mappings(_ key: String, as kind: String, keys: [String]?) -> [YAMLMapping?]? {
        items(key, expected: "a list")?.map { item, path in
            YAMLMapping(item, path: path, kind: kind, keys: keys, reader: reader)
        }
    }

    private func items(_ key: String, expected: String) -> [(node: Node, path: String)]? {
        guard let node = values[key] else { return nil }
        guard let sequence = node.sequence else {
            reader.reject(path(of: key), "expected \(expected), found \(node.description)")
            return nil
        }
        return sequence.enumerated().map { index, item in
            let path = "\(path(of: key))[\(index)]"
            reader.note(path, at: item)
            return (item, path)
        }
    }
}

extension Node {
    /// A key without a value, or YAML's `null` and `~`.
    fileprivate var isNothing: Bool {
        guard let scalar, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// What a reader sees at this place.
    fileprivate var description: String {
        switch self {
        case .scalar(let scalar): isNothing ? "nothing" : "'\(scalar.string)'"
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}
