import Support
import Topology
import UserInput

/// Reads `reference:`.
struct ReferenceReader {
    let places: SuitePlaces
    let programs: [SuiteProgram]
    let vcpus: DefaultVCPUs

    private static let builds = ["commit", "tree", "lab", "programs"]

    func read(_ top: YAMLMapping) -> ReferenceBuild? {
        guard let fields = top.mapping("reference", as: "a reference build", keys: ReferenceBuild.keys) else {
            return nil
        }
        var reference = ReferenceBuild()
        if fields.has("commit"), fields.has("tree") {
            fields.report("a build is of a commit or of a tree, not of both", at: "tree")
        }
        if let commit = fields.text("commit") { reference.tree = .commit(commit) }
        if let tree = fields.text("tree") { reference.tree = .tree(places.path(tree)) }
        reference.lab = fields.value("lab") { (text) throws(InputError) in
            let path = places.path(text)
            return ReferenceBuild.Lab(path: path, spec: try LabSpec(yamlFile: path, vcpus: vcpus))
        }
        if let entries = fields.mapping("programs", as: "programs by their names", keys: nil) {
            for name in entries.keys {
                check(name, entries)
                reference.programs[name] = entries.text(name).map(places.path)
            }
        }
        reference.tags = fields.texts("tags") ?? []
        if !Self.builds.contains(where: { fields.has($0) || fields.isMisspelt($0) }) {
            top.report("a reference has one of \(Self.builds.joined(separator: ", "))", at: "reference")
        }
        return reference
    }

    private func check(_ name: String, _ entries: YAMLMapping) {
        let names = programs.map(\.name)
        guard !programs.isEmpty, !names.contains(name) else { return }
        entries.report(
            "the suite has no program '\(name)'" + NearestName.suggestion(for: name, among: names), at: name)
    }

    /// What does not fit to the rest of the suite: a tag that no case has, a lab that cases cannot run on.
    static func problems(of suite: Suite, _ cases: [SuiteCase]) -> [SuiteProblem] {
        guard let reference = suite.reference else { return [] }
        let tags = Set(cases.flatMap(\.tags))
        var problems = reference.tags.enumerated().filter { !tags.contains($0.element) }.map { index, tag in
            SuiteProblem(
                "reference.tags[\(index)]",
                "no case has the tag '\(tag)'" + NearestName.suggestion(for: tag, among: Array(tags)))
        }
        if let lab = reference.lab {
            problems += suite.replacingLabs(by: lab.spec).expanded.problems.map {
                SuiteProblem("reference.lab", "the suite does not fit on this lab: \($0.message)")
            }
        }
        return problems
    }
}
