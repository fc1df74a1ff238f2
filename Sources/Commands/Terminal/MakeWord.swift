/// Words for makefiles.
enum MakeWord {
    /// A path as `include` takes it for one name: with backslashes before blanks, and before what make would match names with.
    static func included(_ path: String) -> String {
        path.reduce(into: "") { result, character in
            if " \t*?[]\\~".contains(character) { result += "\\" }
            result.append(character)
        }
    }
}
