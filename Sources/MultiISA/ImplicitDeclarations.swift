import FoundationEssentials
import Support

/// Functions that return nothing and are used before their definition, without a declaration.
///
/// C89's implicit declaration says that they return `int`. gcc warns of the conflict and goes on; clang has no option for that.
/// With a declaration before everything else there is none.
struct ImplicitDeclarations {
    /// clang's errors, as the warnings that gcc makes of them.
    let warnings: String
    private let source: String
    private let names: [String]

    /// `nil` if clang's messages tell of no such conflict.
    init?(messages: String, source: String) {
        guard source != "-", !source.contains(";") else { return nil }
        let lines = Self.plain(messages).split(separator: "\n")
        var names: [String] = [], warnings = ""
        for (index, line) in lines.enumerated() {
            guard let range = line.firstRange(of: ": error: conflicting types for '"), line.hasSuffix("'") else {
                continue
            }
            // The note comes after the excerpt of the source, and before any other message.
            let note = lines[(index + 1)...].first { $0.contains(": note: ") || $0.contains(": error: ") }
            guard note?.hasSuffix(": note: previous implicit declaration is here") == true else { continue }
            names.append(String(line[range.upperBound...].dropLast()))
            warnings += line.replacing(": error: ", with: ": warning: ", maxReplacements: 1) + "\n"
        }
        guard !names.isEmpty else { return nil }
        (self.names, self.warnings, self.source) = (names, warnings, source)
    }

    /// clang's arguments that let it read the source with the declarations before it. Line numbers stay.
    func arguments(_ work: WorkDirectory) throws -> [String] {
        let content = try AtomicFile.contents(of: source)
        let declarations = names.map { "void \($0)();" }.joined(separator: " ")
        let path = work.file("declared.c")
        try AtomicFile.write(Data("\(declarations)\n#line 1\n".utf8) + content, to: path)
        return ["-Wno-deprecated-non-prototype", "-Xclang", "-remap-file", "-Xclang", "\(source);\(path)"]
    }

    /// Without a terminal's escape sequences.
    private static func plain(_ text: String) -> String {
        var plain = "", isEscape = false
        for character in text.unicodeScalars {
            if character == "\u{1b}" {
                isEscape = true
            } else if !isEscape {
                plain.unicodeScalars.append(character)
            } else if character.properties.isAlphabetic {
                isEscape = false
            }
        }
        return plain
    }
}
