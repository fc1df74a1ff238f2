import Support
import UserInput

/// Reads `programs:`.
struct ProgramReader {
    let places: SuitePlaces

    static let keys = ["shipped", "sources", "flags", "make", "target", "binary", "environment"]
    private static let origins = ["shipped", "sources", "make", "binary"]

    func programs(_ top: YAMLMapping) -> [SuiteProgram] {
        guard let entries = top.required("programs", { top.mapping($0, as: "programs", keys: nil) }) else { return [] }
        if entries.keys.isEmpty { top.report("the suite has no programs", at: "programs") }
        return entries.keys.map { name in
            if let objection = Self.objection(to: name) {
                entries.report("'\(name)' cannot be the name of a program: \(objection)", at: name)
            }
            let fields = entries.mapping(name, as: "a program", keys: Self.keys)
            return fields.flatMap { program(name, $0) } ?? Self.standIn(name)
        }
    }

    /// For a program that could not be read, so that groups are not told that there is none.
    static func standIn(_ name: String) -> SuiteProgram { SuiteProgram(name: name, source: .binary("")) }

    /// A program's name becomes the name of a file, here and in guests.
    private static func objection(to name: String) -> String? {
        if name.isEmpty { return "it is empty" }
        if name.utf8.count > 100 { return "it has more than 100 bytes" }
        if name.hasPrefix(".") || name.hasPrefix("-") { return "it begins with '\(name.prefix(1))'" }
        let isFileName = name.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7f && $0 != "/" }
        return isFileName ? nil : "it has a slash, a blank or a control character"
    }

    private func program(_ name: String, _ fields: YAMLMapping) -> SuiteProgram? {
        let variables = fields.mapping("environment", as: "variables", keys: nil)
        for name in variables?.keys ?? [] where !ShellWord.isVariableName(name) {
            variables?.report("'\(name)' cannot be the name of a variable", at: name)
        }
        let environment = (variables?.keys ?? []).reduce(into: [String: String]()) { $0[$1] = variables?.text($1) }
        let given = Self.origins.filter { fields.has($0) }
        guard given.count == 1 else {
            if given.isEmpty, Self.origins.contains(where: fields.isMisspelt) { return nil }
            let what = given.isEmpty ? "none" : given.joined(separator: " and ")
            fields.report(
                "a program has one of \(Self.origins.joined(separator: ", ")); here is \(what)", at: given.last ?? "")
            return nil
        }
        if fields.has("flags"), given != ["sources"] { fields.report("flags go with sources only", at: "flags") }
        if fields.has("target"), given != ["make"] { fields.report("a target goes with make only", at: "target") }
        guard let source = source(given[0], fields) else { return nil }
        return SuiteProgram(name: name, source: source, environment: environment)
    }

    private func source(_ key: String, _ fields: YAMLMapping) -> SuiteProgram.Source? {
        switch key {
        case "shipped":
            return fields.value(key) { (text) throws(InputError) in
                let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
                guard parts.count <= 2, !parts.contains(where: { $0.isEmpty || $0.hasPrefix(".") }) else {
                    throw InputError(.invalidValue, "'\(text)' is no FOLDER/NAME of Images/programs")
                }
                return .shipped(folder: parts[0], name: parts.last ?? parts[0])
            }
        case "sources":
            let files = fields.isList(key) ? fields.texts(key) : fields.text(key).map { [$0] }
            if fields.isEmptyList(key) { fields.report("the list is empty", at: key) }
            guard let files, !files.isEmpty else { return nil }
            return .sources(files.map(places.path), flags: fields.texts("flags") ?? ["-O2"])
        case "make":
            guard let directory = fields.text(key), let target = fields.required("target", { fields.text($0) }) else {
                return nil
            }
            return .make(directory: places.path(directory), target: target)
        default:
            return fields.text(key).map { .binary(places.path($0)) }
        }
    }
}
