/// The rules for make that a compilation writes: `-M`, `-MM`, `-MD`, `-MMD` and what belongs to them.
package struct DependencyOptions: Sendable, Equatable {
    /// `-M`, `-MM`, `-MD` or `-MMD`.
    package var mode: String?
    /// `-MF`; `-` is standard output.
    package var file: String?
    /// `-MT` and `-MQ`, each with its value.
    package var targets: [String] = []
    /// `-MP`, `-MG`, `-MV`.
    package var details: [String] = []

    init() {}

    /// Whether the rules take the place of the output (`-M`, `-MM`).
    var isWholeOutput: Bool { mode == "-M" || mode == "-MM" }

    /// Where the rules of `source` go, as gcc 12 names the file.
    func file(of source: String, _ invocation: Invocation) -> String {
        if let file { return file }
        let name = source.fileName.withoutSuffix
        guard let output = invocation.output else {
            // gcc names what a link leaves beside a.out after it.
            return invocation.action == .link ? "a-\(name).d" : "\(name).d"
        }
        if invocation.action == .link && invocation.sources.count > 1 { return "\(output)-\(name).d" }
        return output.withoutSuffix + ".d"
    }

    /// clang's arguments that write the rules of `source` to `file`. It is told the target, since it writes its object elsewhere.
    func arguments(for source: String, _ invocation: Invocation, writing file: String) -> [String] {
        guard let mode else { return [] }
        var target = targets
        if target.isEmpty {
            let object = source.fileName.withoutSuffix + ".o"
            let isNamed = !isWholeOutput && invocation.action != .preprocess
            target = ["-MQ", (isNamed ? invocation.output : nil) ?? object]
        }
        return [mode, "-MF", file] + target + details
    }
}

extension String {
    /// The last component of a path.
    var fileName: String { split(separator: "/").last.map(String.init) ?? self }

    /// A path without what follows the last dot of its last component.
    var withoutSuffix: String {
        guard let dot = lastIndex(of: "."), !self[dot...].contains("/"), dot != startIndex else { return self }
        return String(self[..<dot])
    }
}
