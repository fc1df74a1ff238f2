import FoundationEssentials
import Support

/// What popcorn-cc says about a program, in a section of both binaries that is not loaded.
package struct ProgramDescription: Codable, Sendable, Equatable {
    /// The section of both ELF files that holds the description, as JSON.
    package static let section = ".popcorn.description"

    /// A function that may reach a migration point.
    package struct Function: Codable, Sendable, Equatable {
        /// Its symbol in LLVM's module of the whole program.
        package var name: String
        /// Bytes; the part that is known at compile time if the frame `grows`.
        package var frameSize: Int
        /// Whether it has variables whose size is known at run time only (`alloca`, arrays of variable length).
        package var grows: Bool
        /// The id of its first call site, which its frames hold at run time; the others follow it.
        package var firstSite: Int
        /// Calls under which the thread may leave, migration points among them.
        package var callSites: Int
        /// How many of the `callSites` are migration points: checks and calls of `migrate`.
        package var migrationPoints: Int
        /// Values kept in the frame and values computed again, summed over the call sites.
        package var savedValues: Int
        /// Values that a resumed frame computes again from others, summed over the call sites.
        package var recomputedValues: Int
        /// The sites that are migration checks: there a thread leaves that has been asked to. The other migration points
        /// are the program's own calls of `migrate`.
        package var checkSites: [Int]
    }

    /// 40 hexadecimal digits.
    package var buildID: String
    /// The policy of `-fmigration-checks=`.
    package var policy: String
    /// How many checks were inserted.
    package var checks: Int
    /// Only those that may reach a migration point.
    package var functions: [Function]
    /// By file and line, those without any last. Empty too for what an older popcorn-cc made.
    package var holds: [Hold]

    /// Makes the description of a program that has just been compiled.
    ///
    /// - Parameter functionsJSON: a JSON array of `Function`, as the compiler's passes write it.
    /// - Throws: `DecodingError` if `functionsJSON` is anything else.
    package init(buildID: String, policy: String, checks: Int, functionsJSON: String, holds: [Hold] = []) throws {
        self.buildID = buildID
        self.policy = policy
        self.checks = checks
        functions = try JSONDecoder().decode([Function].self, from: Data(functionsJSON.utf8))
        self.holds = holds
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        buildID = try values.decode(String.self, forKey: .buildID)
        policy = try values.decode(String.self, forKey: .policy)
        checks = try values.decode(Int.self, forKey: .checks)
        functions = try values.decode([Function].self, forKey: .functions)
        holds = try values.decodeIfPresent([Hold].self, forKey: .holds) ?? []
    }

    /// Reads the description of a binary.
    ///
    /// - Throws: `BinaryError` if popcorn-cc did not make it.
    package init(of file: ELFFile) throws {
        guard let content = file.content(of: Self.section) else {
            throw BinaryError(
                .foreign, "\(file.name) was not made by popcorn-cc: it has no section \(Self.section)",
                hint: "compile it with popcorn-cc")
        }
        do {
            self = try JSONDecoder().decode(ProgramDescription.self, from: Data(content))
        } catch {
            throw BinaryError(.format, "\(file.name): the section \(Self.section) is damaged: \(error)")
        }
    }

    /// The function to which a call site belongs, as logs and traces of hops name it.
    package func function(ofSite site: Int) -> Function? {
        functions.first { $0.callSites > 0 && ($0.firstSite..<$0.firstSite + $0.callSites).contains(site) }
    }

    /// The function of this name.
    ///
    /// - Throws: `BinaryError` with the nearest names if there is none that may migrate.
    package func function(named name: String) throws -> Function {
        if let function = functions.first(where: { $0.name == name }) { return function }
        if let hold = holds.first(where: { $0.function == name && ($0.kind == .short || $0.kind == .noPoint) }) {
            throw BinaryError(
                .noSuchFunction, "no thread can leave while it is in '\(name)': \(hold.reason)",
                hint: "name a function that calls it")
        }
        throw BinaryError(
            .noSuchFunction,
            "no function '\(name)' of this program can reach a migration point"
                + NearestName.suggestion(for: name, among: functions.map(\.name)),
            hint: "functions that were inlined everywhere, and short ones that call nothing, have none; "
                + "`popcorn-lab inspect PROGRAM` lists the others")
    }

    /// The section's content. Its keys are sorted, so equal descriptions have equal bytes.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(self)
    }
}
