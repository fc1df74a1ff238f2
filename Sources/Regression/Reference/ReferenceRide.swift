import Lab
import Support
import Topology

/// A reference build that rides along in a run: what is booted of it, and which cases measure it.
package struct ReferenceRide: Sendable {
    let build: BuildSide
    /// By their ids, which are those of the cases under test.
    let cases: [String: SuiteCase]

    /// What it is, for people and for fingerprints: `3f2a9c1d0b77 Reuse pages, is=/old/is`.
    package var title: String { build.title }

    /// - Returns: `nil` if the suite names no reference.
    /// - Throws: `RegressionError`, `InputError` or `LabError` if what it names is not there.
    package init?(_ suite: Suite, environment: LabEnvironment) async throws {
        guard let reference = suite.reference else { return nil }
        build = try await BuildSide(reference, suite: suite, environment: environment)
        let tags = Set(reference.tags)
        let chosen = try build.suite.cases().filter { tags.isEmpty || !tags.isDisjoint(with: $0.tags) }
        cases = Dictionary(chosen.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

extension BuildSide {
    /// A reference build.
    init(_ reference: ReferenceBuild, suite: Suite, environment: LabEnvironment) async throws {
        self.init(title: "", environment: environment, suite: suite)
        var titles: [String] = []
        switch reference.tree {
        case .commit(let name): titles.append(try await take(commit: name))
        case .tree(let path):
            self.environment = environment.with(share: try Share(tree: path))
            titles.append(path)
        case nil: break
        }
        if let lab = reference.lab {
            self.suite = suite.replacingLabs(by: lab.spec)
            titles.append(lab.path)
        }
        for (name, path) in reference.programs.sorted(by: { $0.key < $1.key }) {
            try replace(name, by: path)
            titles.append("\(name)=\(path)")
        }
        title = titles.joined(separator: ", ")
    }
}
