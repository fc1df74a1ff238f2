import Support

/// Rows of text in aligned columns, as kernel people's tools print them: no frames, two spaces between.
struct Table {
    enum Alignment {
        case left
        case right
    }

    private let header: [String]
    private let alignments: [Alignment]
    private var rows: [[String]] = []

    /// - Parameter columns: the titles; a title that starts with `>` makes its column right-aligned, for numbers.
    init(_ columns: String...) {
        header = columns.map { $0.hasPrefix(">") ? String($0.dropFirst()) : $0 }
        alignments = columns.map { $0.hasPrefix(">") ? .right : .left }
    }

    mutating func add(_ cells: String...) { rows.append(cells) }

    mutating func add(_ cells: [String]) { rows.append(cells) }

    /// The lines of the table, header first, without spaces at their ends.
    var lines: [String] {
        let all = [header] + rows.map { $0.map { VisibleText.text($0) } }
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            var line = header.indices.map { column in
                let (cell, width) = (row[column], widths[column])
                return alignments[column] == .left ? cell.padded(to: width) : cell.leftPadded(to: width)
            }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
