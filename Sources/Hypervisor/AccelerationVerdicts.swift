import FoundationEssentials
import ISA
import Support
import Topology

/// What decides whether KVM works: a verdict holds as long as all of this stays the same.
public struct AccelerationSubject: Codable, Sendable, Hashable {
    public var hostKernel: String
    public var hostCPU: String
    public var hasKVM: Bool
    public var versions: HypervisorVersions
    public var isa: ISA
}

/// The answer of a probe guest, remembered.
public struct AccelerationVerdict: Codable, Sendable, Hashable {
    public var subject: AccelerationSubject
    public var accelerator: Accelerator
    public var reason: String
    public var time: Date
    /// How long the probe took, in milliseconds.
    public var durationMilliseconds: Int64
}

/// The remembered verdicts of this host, in one file. The file may be removed at any time: then the probe runs again.
public struct AccelerationVerdicts: Sendable {
    public var path: String

    public init(path: String) { self.path = path }

    /// All verdicts; none if the file is missing or not readable as ours.
    public var all: [AccelerationVerdict] {
        guard let bytes = FileManager.default.contents(atPath: path) else { return [] }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return (try? decoder.decode([AccelerationVerdict].self, from: bytes)) ?? []
    }

    public func find(_ subject: AccelerationSubject) -> AccelerationVerdict? { all.first { $0.subject == subject } }

    /// Remembers a verdict in place of an older one on the same ISA: what the host was before does not come back often.
    public func remember(_ verdict: AccelerationVerdict) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let others = all.filter { $0.subject.isa != verdict.subject.isa }
        try AtomicFile.write(try encoder.encode(others + [verdict]), to: path)
    }

    /// Forgets everything, so that the next `auto` probes anew.
    public func forget() throws {
        if unlink(path) != 0 && errno != ENOENT { throw SystemError("remove \(path)") }
    }
}
