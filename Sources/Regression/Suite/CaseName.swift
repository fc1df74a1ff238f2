import Support

/// The id of a case: its place in the matrix, in words that need no quoting in a shell and make a path.
struct CaseName {
    let text: String

    init(_ group: String, _ point: CaseGroup.Point, _ repetition: Int, of repetitions: Int) {
        var parts = [group, point.program.name, point.lab.name, point.start, point.schedule.description]
        if point.fault.name != FaultPlan.none.name { parts.append(point.fault.name) }
        if !point.arguments.isEmpty { parts.append(point.arguments) }
        if repetitions > 1 { parts.append("\(repetition)") }
        text = parts.map(Self.part).joined(separator: "/")
    }

    private static let longest = 40

    /// A blank becomes a hyphen; what else a path or a shell may take amiss too, and then a digest tells texts apart that
    /// look alike.
    private static func part(_ text: String) -> String {
        // The folder of a case's try lies beside what such a part would name.
        var isExact =
            !text.isEmpty && text.utf8.count <= longest && text != "." && text != ".." && !text.hasPrefix("try-")
        let safe = text.prefix(longest).map { character -> Character in
            if character.isASCII, character.isLetter || character.isNumber || "-_.:+=,%@".contains(character) {
                return character
            }
            if character != " " { isExact = false }
            return "-"
        }
        return isExact ? String(safe) : String(safe) + "~" + SHA256.hex(of: Array(text.utf8)).prefix(6)
    }
}
