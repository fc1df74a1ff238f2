import MultiISAPasses

/// What becomes of each libc function in a program that moves; the table itself is LibcTable.cpp.
package enum LibcTable {
    /// `safe`, `wrapped`, `module`, `callback`, `node-local` or `refused`; `nil` for names that the table does not list.
    package static func kind(of function: String) -> String? {
        var note: UnsafePointer<CChar>?
        return multiISALibcClass(function, &note).map { String(cString: $0) }
    }

    /// The table as docs/compiler.md prints it.
    package static var markdown: String {
        final class Rows {
            var list: [(kind: String, names: [String], note: String)] = []
        }
        let rows = Rows()
        multiISAVisitLibcTable(
            { context, pattern, kindText, note in
                guard let context, let pattern, let kindText, let note else { return }
                let rows = Unmanaged<Rows>.fromOpaque(context).takeUnretainedValue()
                let (name, kind, text) = (String(cString: pattern), String(cString: kindText), String(cString: note))
                if let last = rows.list.last, last.kind == kind, last.note == text {
                    rows.list[rows.list.count - 1].names.append(name)
                } else {
                    rows.list.append((kind, [name], text))
                }
            }, Unmanaged.passUnretained(rows).toOpaque())
        return withExtendedLifetime(rows) {
            "| Class | Functions | Note |\n|---|---|---|\n"
                + rows.list.map { row in
                    "| \(row.kind) | \(row.names.map { "`\($0)`" }.joined(separator: " ")) | \(row.note) |"
                }.joined(separator: "\n")
        }
    }
}
