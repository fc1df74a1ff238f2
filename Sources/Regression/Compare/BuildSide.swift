import FoundationEssentials
import Lab
import Support
import Topology
import UserInput

/// One of the builds that are compared: what is under test, and where it comes from.
package struct BuildSide: Sendable {
    /// For people: a commit's line, or a path.
    package var title: String
    /// With the images, the runtime and the programs of the build.
    package var environment: LabEnvironment
    /// With the labs and programs of the build.
    package var suite: Suite
    /// What every node's shell runs after each boot.
    package var setUp: [String]

    /// Takes a build by what a user calls it.
    ///
    /// - Parameters:
    ///   - text: a source tree of popcorn-lab; a lab file, for all labs of the suite; `PROGRAM=PATH`, for a program of the
    ///     suite; else a commit of the repository that the guests' sources are in.
    ///   - setUp: what every node's shell runs after each boot.
    /// - Throws: `RegressionError`, `InputError` or `LabError` if it is none of these.
    package init(
        _ text: String, suite: Suite, environment: LabEnvironment, vcpus: DefaultVCPUs, setUp: [String]
    ) async throws {
        title = text
        self.environment = environment
        self.suite = suite
        self.setUp = setUp
        if let equals = text.firstIndex(of: "="), equals != text.startIndex {
            try replace(String(text[..<equals]), by: String(text[text.index(after: equals)...]))
        } else if text.hasSuffix(".yaml") || text.hasSuffix(".yml") {
            let spec = try LabSpec(yamlFile: text, vcpus: vcpus)
            self.suite = suite.replacingLabs(by: spec)
        } else if access(text, F_OK) == 0, text.contains("/") || text == "." {
            self.environment = environment.with(share: try Share(tree: AbsolutePath.of(text)))
        } else {
            title = try await take(commit: text)
        }
    }

    /// Takes what the guests' sources were at a commit.
    ///
    /// - Returns: the commit's line.
    mutating func take(commit name: String) async throws -> String {
        let root = environment.share.root
        let history = try await SourceHistory(of: root, cache: environment.directories.cache)
        let commit = try await history.commit(name)
        let tree = try await history.tree(of: commit) + root.dropFirst(history.root.count)
        environment = environment.with(share: try Share(tree: tree))
        return commit.line
    }

    mutating func replace(_ program: String, by path: String) throws {
        guard let index = suite.programs.firstIndex(where: { $0.name == program }) else {
            let names = suite.programs.map(\.name)
            throw RegressionError(
                .badArgument,
                "the suite has no program '\(program)'" + NearestName.suggestion(for: program, among: names))
        }
        suite = suite.replacing(suite.programs[index], by: .binary(AbsolutePath.of(path)))
    }
}

extension Suite {
    /// The same on another lab.
    func replacingLabs(by spec: LabSpec) -> Suite {
        var result = self
        func other(_ lab: Lab) -> Lab { Lab(name: lab.name, spec: spec) }
        result.labs = labs.map(other)
        for index in groups.indices { result.groups[index].axes.labs = groups[index].axes.labs.map(other) }
        return result
    }

    /// The same with a program from elsewhere.
    func replacing(_ program: SuiteProgram, by source: SuiteProgram.Source) -> Suite {
        var result = self
        func other(_ one: SuiteProgram) -> SuiteProgram {
            one == program ? SuiteProgram(name: one.name, source: source, environment: one.environment) : one
        }
        result.programs = programs.map(other)
        for index in groups.indices { result.groups[index].axes.programs = groups[index].axes.programs.map(other) }
        return result
    }
}
