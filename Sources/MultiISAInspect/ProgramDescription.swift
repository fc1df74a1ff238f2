import FoundationEssentials
import Support
import Topology

/// What popcorn-cc says about a program, in a section of both binaries that is not loaded.
public struct ProgramDescription: Codable, Sendable, Equatable {
    public static let section = ".popcorn.description"

    /// A function that may reach a migration point.
    public struct Function: Codable, Sendable, Equatable {
        public var name: String
        /// Bytes; the part that is known at compile time if the frame `grows`.
        public var frameSize: Int
        public var grows: Bool
        /// The id of its first call site, which its frames hold at run time; the others follow it.
        public var firstSite: Int
        /// Calls under which the thread may leave, migration points among them.
        public var callSites: Int
        public var migrationPoints: Int
        /// Values kept in the frame and values computed again, summed over the call sites.
        public var savedValues: Int
        public var recomputedValues: Int
        /// The sites that are migration checks: there a thread leaves that has been asked to. The other migration points
        /// are the program's own calls of `migrate`.
        public var checkSites: [Int]
    }

    /// 40 hexadecimal digits.
    public var buildID: String
    /// The policy of `-fmigration-checks=`.
    public var policy: String
    /// How many checks were inserted.
    public var checks: Int
    public var functions: [Function]
    /// By file and line, those without any last. Empty too for what an older popcorn-cc made.
    public var holds: [Hold]

    public init(buildID: String, policy: String, checks: Int, functionsJSON: String, holds: [Hold] = []) throws {
        self.buildID = buildID
        self.policy = policy
        self.checks = checks
        functions = try JSONDecoder().decode([Function].self, from: Data(functionsJSON.utf8))
        self.holds = holds
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        buildID = try values.decode(String.self, forKey: .buildID)
        policy = try values.decode(String.self, forKey: .policy)
        checks = try values.decode(Int.self, forKey: .checks)
        functions = try values.decode([Function].self, forKey: .functions)
        holds = try values.decodeIfPresent([Hold].self, forKey: .holds) ?? []
    }

    /// Reads the description of a binary.
    ///
    /// - Throws: `InspectError` if popcorn-cc did not make it.
    public init(of file: LinkedELF) throws {
        guard let content = file.content(of: Self.section) else {
            throw InspectError(
                .foreign, "\(file.path) was not made by popcorn-cc: it has no section \(Self.section)",
                hint: "compile it with popcorn-cc")
        }
        do {
            self = try JSONDecoder().decode(ProgramDescription.self, from: content)
        } catch {
            throw InspectError(.format, "\(file.path): the section \(Self.section) is damaged: \(error)")
        }
    }

    /// The function to which a call site belongs, as logs and traces of hops name it.
    public func function(ofSite site: Int) -> Function? {
        functions.first { $0.callSites > 0 && ($0.firstSite..<$0.firstSite + $0.callSites).contains(site) }
    }

    /// The function of this name.
    ///
    /// - Throws: `InspectError` with the nearest names if there is none that may migrate.
    public func function(named name: String) throws -> Function {
        if let function = functions.first(where: { $0.name == name }) { return function }
        if let hold = holds.first(where: { $0.function == name && ($0.kind == .short || $0.kind == .noPoint) }) {
            throw InspectError(
                .noSuchFunction, "no thread can leave while it is in '\(name)': \(hold.reason)",
                hint: "name a function that calls it")
        }
        throw InspectError(
            .noSuchFunction,
            "no function '\(name)' of this program can reach a migration point"
                + NearestName.suggestion(for: name, among: functions.map(\.name)),
            hint: "functions that were inlined everywhere, and short ones that call nothing, have none; "
                + "`popcorn-lab inspect PROGRAM` lists the others")
    }

    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(self)
    }
}
