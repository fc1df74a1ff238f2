import FoundationEssentials
import Support
import Topology
import UserInput

/// The programs of the SOSP 2019 tutorial: `Images/programs/tutorial`.
package struct TutorialPrograms: Sendable {
    /// One of them, built.
    package struct Program: Sendable {
        /// The program's file name without the ISA's suffix.
        package var name: String
        /// Its path without the ISA's suffix.
        package var path: String
        /// What it should print, from `expected/NAME.txt` in the tutorial's folder.
        package var expected: ExpectedOutput
    }

    private let programs: [String: Program]

    /// Builds all of them with popcorn-cc, by their own makefile, in the cache.
    ///
    /// - Throws: `LabError` with the end of make's output, or if there is no popcorn-cc.
    package init(environment: LabEnvironment, executable: String) async throws {
        let compiler = try Compiler.locate(environment: environment.variables, executable: executable)
        let directory = try await ProgramBuild(environment: environment).build("tutorial", compiler: compiler)
        let folder = environment.share.programs + "/tutorial/expected"
        var programs: [String: Program] = [:]
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) where file.hasSuffix(".txt") {
            let name = String(file.dropLast(".txt".count))
            let expected = try ExpectedOutput(parsing: try TextFile.read("\(folder)/\(file)"))
            programs[name] = Program(name: name, path: "\(directory)/\(name)", expected: expected)
        }
        self.programs = programs
    }

    /// Their names.
    package var names: [String] { programs.keys.sorted() }

    /// - Throws: `LabError` if there is none of that name.
    package func program(_ name: String) throws -> Program {
        guard let program = programs[name] else {
            throw LabError(
                .badArgument, "the tutorial has no program '\(name)'" + NearestName.suggestion(for: name, among: names))
        }
        return program
    }
}
