import UserInput

/// Reads `programs:`.
struct ProgramReader {
    let places: SuitePlaces

    private static let keys = ["shipped", "sources", "flags", "make", "target", "binary", "environment"]
    private static let origins = ["shipped", "sources", "make", "binary"]

    func programs(_ top: YAMLMapping) -> [SuiteProgram] {
        let entries = top.required("programs") { top.mapping($0, as: "programs", keys: nil) }
        return (entries?.keys ?? []).compactMap { name in
            guard let entries, let fields = entries.mapping(name, as: "a program", keys: Self.keys) else { return nil }
            return program(name, fields)
        }
    }

    private func program(_ name: String, _ fields: YAMLMapping) -> SuiteProgram? {
        let given = Self.origins.filter { fields.has($0) }
        guard given.count == 1 else {
            let what = given.isEmpty ? "none" : given.joined(separator: " and ")
            fields.report(
                "a program has one of \(Self.origins.joined(separator: ", ")); here is \(what)", at: given.last ?? "")
            return nil
        }
        if fields.has("flags"), given != ["sources"] { fields.report("flags go with sources only", at: "flags") }
        if fields.has("target"), given != ["make"] { fields.report("a target goes with make only", at: "target") }
        guard let source = source(given[0], fields) else { return nil }
        let variables = fields.mapping("environment", as: "variables", keys: nil)
        let environment = (variables?.keys ?? []).reduce(into: [String: String]()) { $0[$1] = variables?.text($1) }
        return SuiteProgram(name: name, source: source, environment: environment)
    }

    private func source(_ key: String, _ fields: YAMLMapping) -> SuiteProgram.Source? {
        switch key {
        case "shipped":
            return fields.value(key) { (text) throws(InputError) in
                let parts = text.split(separator: "/").map(String.init)
                guard parts.count == 1 || parts.count == 2 else {
                    throw InputError(.invalidValue, "'\(text)' is no FOLDER/NAME of Images/programs")
                }
                return .shipped(folder: parts[0], name: parts.last ?? parts[0])
            }
        case "sources":
            let files = fields.isList(key) ? fields.texts(key) : fields.text(key).map { [$0] }
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
