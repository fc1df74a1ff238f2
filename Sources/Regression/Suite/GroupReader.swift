import Results
import Support
import Topology
import UserInput

/// Reads `cases:`, with the names that the rest of the file has defined.
struct GroupReader {
    let labs: [Suite.Lab]
    let programs: [SuiteProgram]
    let faults: [FaultPlan]
    let expectations: ExpectationReader
    let defaultTags: [String]
    let defaultExpectation: Expectation

    static let selectionKeys = axisKeys + ["tags", "expect"]
    static let figureKeys = ["matches", "unit", "better"]
    static let axisKeys = ["program", "arguments", "lab", "start", "migrate", "fault"]
    static let keys = ["name"] + axisKeys + ["repeat", "include", "exclude", "tags", "expect", "figures"]

    func groups(_ key: String, in top: YAMLMapping) -> [CaseGroup]? {
        guard let items = top.mappings(key, as: "a group of cases", keys: Self.keys) else { return nil }
        if items.isEmpty { top.report("the suite has no cases", at: key) }
        var names: Set<String> = []
        return items.compactMap { $0 }.compactMap { fields in
            guard let group = group(fields) else { return nil }
            if !names.insert(group.name).inserted {
                fields.report("another group is called '\(group.name)' too", at: "name")
            }
            return group
        }
    }

    private func group(_ fields: YAMLMapping) -> CaseGroup? {
        let name = fields.required("name") { fields.text($0) }, axes = axes(fields)
        if let name, name.isEmpty || name.hasPrefix("-") {
            fields.report("the name of a group, which begins ids, is not empty and has no hyphen in front", at: "name")
        }
        let repetitions = fields.integer("repeat") ?? 1
        if !(1...10_000).contains(repetitions) { fields.report("repeat must be from 1 to 10000", at: "repeat") }
        let group = CaseGroup(
            name: name ?? "", path: fields.path, axes: axes ?? CaseGroup.Axes(), repetitions: max(1, repetitions),
            include: (fields.mappings("include", as: "an inclusion", keys: Self.selectionKeys) ?? []).compactMap {
                $0.flatMap(selection)
            },
            exclude: (fields.mappings("exclude", as: "an exclusion", keys: Self.axisKeys) ?? []).compactMap {
                $0.flatMap(selection)
            },
            tags: defaultTags + (fields.texts("tags") ?? []),
            expectation: expectations.read(fields).completed(by: defaultExpectation), figures: figures(fields))
        // Without these there is no group, but its other errors are told, too.
        return name == nil || axes == nil ? nil : group
    }

    private func axes(_ fields: YAMLMapping) -> CaseGroup.Axes? {
        var axes = CaseGroup.Axes()
        let programs = fields.required("program") { list($0, fields, parse: program) }
        let labs =
            fields.has("lab")
            ? list("lab", fields, parse: lab) : Array(self.labs.prefix(1))
        if let arguments = list("arguments", fields, parse: arguments) { axes.arguments = arguments }
        axes.starts = list("start", fields, parse: { (text) throws(InputError) in text }) ?? [""]
        if let schedules = list(
            "migrate", fields, parse: { (text) throws(InputError) in try MoveSchedule(parsing: text) })
        {
            axes.schedules = schedules
        }
        if let faults = list("fault", fields, parse: fault) { axes.faults = faults }
        guard let programs, let labs, !labs.isEmpty else { return nil }
        axes.programs = programs
        axes.labs = labs
        return axes
    }

    /// A list, or one value in its place.
    private func list<Value>(
        _ key: String, _ fields: YAMLMapping, parse: (String) throws(InputError) -> Value
    ) -> [Value]? {
        guard fields.has(key) else { return nil }
        let values =
            fields.isList(key) ? fields.values(key, parse: parse) : fields.value(key, parse: parse).map { [$0] }
        if fields.isEmptyList(key) { fields.report("the list is empty", at: key) }
        return values.flatMap { $0.isEmpty ? nil : $0 }
    }

    private func named<Value>(
        _ text: String, _ values: [Value], _ kind: String, _ name: (Value) -> String
    ) throws(InputError) -> Value {
        if let value = values.first(where: { name($0) == text }) { return value }
        let names = values.map(name)
        throw InputError(
            .unknownName,
            "the suite has no \(kind) '\(text)'" + NearestName.suggestion(for: text, among: names)
                + (names.isEmpty ? "" : "; it has \(names.joined(separator: ", "))"))
    }

    private func program(_ text: String) throws(InputError) -> SuiteProgram {
        programs.isEmpty ? ProgramReader.standIn(text) : try named(text, programs, "program", \.name)
    }

    private func lab(_ text: String) throws(InputError) -> Suite.Lab {
        labs.isEmpty ? Suite.Lab.standIn(text) : try named(text, labs, "lab", \.name)
    }

    private func fault(_ text: String) throws(InputError) -> FaultPlan {
        text == FaultPlan.none.name ? .none : try named(text, faults, "fault", \.name)
    }

    private func arguments(_ text: String) throws(InputError) -> String {
        guard ShellWord.words(of: text) != nil else {
            throw InputError(.invalidValue, "'\(text)' has a quote that is not closed")
        }
        return text
    }

    private func selection(_ fields: YAMLMapping) -> CaseGroup.Selection? {
        var selection = CaseGroup.Selection(path: fields.path)
        for key in Self.axisKeys where fields.has(key) {
            switch key {
            case "program": selection.values[key] = fields.value(key, parse: program)?.name
            case "lab": selection.values[key] = fields.value(key, parse: lab)?.name
            case "migrate": selection.values[key] = fields.value(key, MoveSchedule.self)?.description
            case "fault": selection.values[key] = fields.value(key, parse: fault)?.name
            default: selection.values[key] = fields.text(key)
            }
        }
        selection.tags = fields.texts("tags") ?? []
        selection.expectation = expectations.read(fields)
        return selection
    }

    private func figures(_ fields: YAMLMapping) -> [PrintedFigure] {
        let entries = fields.mapping("figures", as: "figures", keys: nil)
        return (entries?.keys ?? []).compactMap { name in
            if PrintedFigure.takenNames.contains(name) || name.hasPrefix("hop.") {
                entries?.report("a figure called '\(name)' is measured of every case", at: name)
            }
            if ReferenceFigure.isTaken(name) {
                entries?.report("a name like '\(name)' is for figures of a reference build", at: name)
            }
            guard let entries, let figure = entries.mapping(name, as: "a figure", keys: Self.figureKeys),
                let pattern = figure.required("matches", { figure.value($0, Pattern.self) })
            else { return nil }
            return PrintedFigure(
                name: name, pattern: pattern, unit: figure.text("unit") ?? "",
                better: figure.value("better", oneOf: PrintedFigure.Direction.self) ?? .neither)
        }
    }
}
