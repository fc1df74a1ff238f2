/// A place in a text file. Lines and columns count from 1, columns in Unicode scalars, as libyaml does.
package struct SourcePosition: Sendable, Hashable, Comparable {
    /// The line, from 1 on.
    package var line: Int
    /// The Unicode scalar within the line, from 1 on.
    package var column: Int

    /// Makes a position from numbers that count from 1.
    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// One problem of a file, told as compilers do, so that editors can jump to it.
///
/// ```
/// lab.yaml:5:5: error: unknown key 'memroy' in a node; did you mean 'memory'?
///     memroy: 1G
///     ^
/// ```
package struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
    /// The file as the user named it.
    package var file: String
    /// Where the problem is, for an absent field the field or mapping around it.
    package var position: SourcePosition
    /// What is wrong there, without the place, and without a full stop.
    package var message: String
    /// The line that `position` names, without its line break; `nil` past the end of the file.
    package var sourceLine: String?

    /// Makes a diagnostic; `sourceLine` is shown with a caret under it.
    package init(file: String, position: SourcePosition, message: String, sourceLine: String?) {
        self.file = file
        self.position = position
        self.message = message
        self.sourceLine = sourceLine
    }

    package var description: String {
        let head = "\(file):\(position.line):\(position.column): error: \(message)"
        guard let sourceLine, !sourceLine.allSatisfy(\.isWhitespace) else { return head }
        // Tabs before the caret are kept, so that it stands under its character at any tab width.
        var indent = sourceLine.unicodeScalars.prefix(position.column - 1).map { $0 == "\t" ? Character("\t") : " " }
        indent += Array(repeating: " ", count: max(0, position.column - 1 - indent.count))
        return "\(head)\n\(sourceLine)\n\(String(indent))^"
    }
}
