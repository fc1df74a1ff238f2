/// The environment that children get: ours, byte for byte, with changes.
enum ChildEnvironment {
    /// Its entries, `NAME=VALUE`, each with the NUL at its end.
    ///
    /// - Parameter changes: variables that get another value; `nil` removes one. Texts are `ByteText`.
    static func entries(changing changes: [String: String?]) -> [[UInt8]] {
        let changed = Set(changes.keys.map { ByteText.bytes($0) })
        let kept = ours.filter { !changed.contains(Array($0.prefix { $0 != UInt8(ascii: "=") })) }
        let new = changes.compactMap { name, value in value.map { ByteText.bytes("\(name)=\($0)") + [0] } }
        return kept + new
    }

    private static var ours: [[UInt8]] {
        var entries: [[UInt8]] = []
        var next = environ
        while let entry = next.pointee {
            entries.append(Array(UnsafeRawBufferPointer(start: entry, count: strlen(entry) + 1)))
            next += 1
        }
        return entries
    }
}
