import FoundationEssentials
import Results
import Support
import TestSupport
import Testing

extension Lab {
    /// A name to run suites by, which boot labs of their own; no such lab runs beside them.
    static func ofSuites() throws -> Lab { Lab(name: "suites", workplace: try Workplace.shared.get()) }
}

/// A suite of a test's own, and the runs of it.
struct SuiteFixture {
    let lab: Lab
    let path: String

    /// Writes the suite beside the programs of `Suites/`.
    init(_ name: String, _ lab: Lab, yaml: String) throws {
        self.lab = lab
        path = lab.workplace.file("\(name).yaml")
        let program = try #require(Self.sources)
        try AtomicFile.write(yaml.replacing("SOURCES", with: program), to: path)
    }

    /// A suite of one case that moves by itself, so many times.
    init(_ name: String, _ lab: Lab, repeating count: Int) throws {
        try self.init(
            name, lab,
            yaml: """
                name: \(name)
                labs: {pair: {nodes: "x86,arm"}}
                programs: {cases: {sources: SOURCES/cases.c}}
                cases: [{name: own, program: cases, migrate: own, repeat: \(count)}]
                """)
    }

    /// Runs it, and gives what `results.json` says.
    func run(_ words: String..., exit: Int32, limit: Duration = .seconds(300)) async throws -> RunResults {
        let ending = try await lab(words: ["test", path, "--json"] + words, exit: exit, limit: limit)
        return try JSONDecoder().decode(RunResults.self, from: Data(ending.output))
    }

    /// The directory of a run.
    func directory(_ results: RunResults) -> String { lab.workplace.directories.runs + "/" + results.run.id }

    /// The directory of the programs.
    static var sources: String? {
        let file = "\(#filePath)"
        return file.lastIndex(of: "/").map { file[..<$0] + "/Suites" }
    }
}

extension RunResults {
    /// The case whose id has this word in it.
    func one(_ word: String) throws -> CaseResult { try #require(cases.first { $0.plan.id.contains(word) }) }
}
