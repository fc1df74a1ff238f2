import Support
import Topology
import UserInput

extension Suite {
    static let keys = ["name", "description", "boots", "reference", "labs", "programs", "faults", "defaults", "cases"]
    /// How many boots may measure a case; more is a mistake.
    package static let bootCounts = 1...1000

    static let defaultKeys = ["expect", "tags"]
    static let labKeys = LabSpec.keys + ["file"]

    /// Reads a suite's file; its format is described in `docs/regression.md`.
    ///
    /// - Parameters:
    ///   - path: of the file; other paths in it are relative to its directory.
    ///   - vcpus: of nodes for which it has no number.
    /// - Throws: `InputError` with code `.unreadableFile` or `.invalidFile` and one diagnostic for each error.
    package init(yamlFile path: String, vcpus: DefaultVCPUs) throws(InputError) {
        try self.init(yaml: try TextFile.read(path), file: path, vcpus: vcpus)
    }

    /// `init(yamlFile:vcpus:)` for a text that has been read.
    package init(yaml text: String, file path: String, vcpus: DefaultVCPUs) throws(InputError) {
        let file = AbsolutePath.of(path)
        self = try YAMLReader.read(text, file: path, as: "a suite", keys: Self.keys) { top in
            let places = SuitePlaces(directory: AbsolutePath.parent(of: file))
            let labs = Self.labs(top, places, vcpus)
            let programs = ProgramReader(places: places).programs(top)
            let faults = FaultReader.plans(top)
            let expectations = ExpectationReader(places: places)
            let defaults = top.mapping("defaults", as: "the defaults", keys: Self.defaultKeys)
            let reader = GroupReader(
                labs: labs, programs: programs, faults: faults, expectations: expectations,
                defaultTags: defaults?.texts("tags") ?? [],
                defaultExpectation: defaults.map { expectations.read($0) } ?? Expectation())
            let reference = ReferenceReader(places: places, programs: programs, vcpus: vcpus).read(top)
            let name = top.required("name") { top.text($0) }
            let boots = top.integer("boots") ?? 1
            if !Self.bootCounts.contains(boots) { top.report("boots must be from 1 to 1000", at: "boots") }
            let groups = top.required("cases") { reader.groups($0, in: top) }
            guard let name, let groups else { return nil }
            let suite = Suite(
                name: name, summary: top.text("description") ?? "", file: file, boots: boots, reference: reference,
                labs: labs, programs: programs, faults: faults, groups: groups)
            // What does not go together is of interest once all parts can be read.
            if !top.reader.hasErrors {
                let (cases, problems) = suite.expanded
                for problem in problems + ReferenceReader.problems(of: suite, cases) {
                    top.reader.report(problem.message, at: problem.path)
                }
            }
            return suite
        }
    }

    private static func labs(_ top: YAMLMapping, _ places: SuitePlaces, _ vcpus: DefaultVCPUs) -> [Lab] {
        guard let entries = top.required("labs", { top.mapping($0, as: "labs", keys: nil) }) else { return [] }
        if entries.keys.isEmpty { top.report("the suite has no labs", at: "labs") }
        return entries.keys.map { name in
            guard let fields = entries.mapping(name, as: "a lab", keys: labKeys) else { return Lab.standIn(name) }
            let spec: LabSpec?
            // Otherwise it is the lab's own name, which is checked.
            if fields.has("file") || fields.has("name") {
                do throws(InputError) {
                    try NameRule.check(lab: name)
                } catch {
                    entries.report(error.summary, at: name)
                }
            }
            if fields.has("file") {
                for key in fields.keys where key != "file" {
                    fields.report("a lab with a file has no '\(key)' here", at: key)
                }
                spec = fields.value("file") { (text) throws(InputError) in
                    try LabSpec(yamlFile: places.path(text), vcpus: vcpus)
                }
            } else {
                spec = LabSpec.reading(fields, name: name, vcpus: vcpus)
            }
            guard var spec else { return Lab.standIn(name) }
            spec.name = name
            return Lab(name: name, spec: spec)
        }
    }
}

extension Suite.Lab {
    /// For a lab that could not be read, so that groups are not told that there is none.
    static func standIn(_ name: String) -> Suite.Lab {
        Suite.Lab(
            name: name, spec: LabSpec(name: name, nodes: []))
    }
}

/// Where the paths of a suite's file lead.
struct SuitePlaces {
    /// Of the suite's file.
    let directory: String

    func path(_ text: String) -> String { AbsolutePath.of(text, in: directory) }
}
