import FoundationEssentials
import ISA
import Support
import Topology

/// What decides whether KVM works: a verdict holds as long as all of this stays the same.
struct AccelerationSubject: Codable, Sendable, Hashable {
    var hostKernel: String
    var hostCPU: String
    var hasKVM: Bool
    var versions: HypervisorVersions
    var isa: ISA
}

/// The answer of a probe guest, remembered.
struct AccelerationVerdict: Codable, Sendable, Hashable {
    var subject: AccelerationSubject
    var accelerator: Accelerator
    var reason: String
    var time: Date
    /// How long the probe took, in milliseconds.
    var durationMilliseconds: Int64
}

/// The remembered verdicts of this host, in one file. The file may be removed at any time: then the probe runs again.
struct AccelerationVerdicts: Sendable {
    var path: String

    init(path: String) { self.path = path }

    /// All verdicts; none if the file is missing or not readable as ours.
    var all: [AccelerationVerdict] {
        guard let bytes = FileManager.default.contents(atPath: path) else { return [] }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return (try? decoder.decode([AccelerationVerdict].self, from: bytes)) ?? []
    }

    func find(_ subject: AccelerationSubject) -> AccelerationVerdict? { all.first { $0.subject == subject } }

    /// Remembers a verdict in place of an older one on the same ISA: what the host was before does not come back often.
    func remember(_ verdict: AccelerationVerdict) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let others = all.filter { $0.subject.isa != verdict.subject.isa }
        try AtomicFile.write(try encoder.encode(others + [verdict]), to: path)
    }

    /// Forgets everything, so that the next `auto` probes anew.
    func forget() throws {
        if unlink(path) != 0 && errno != ENOENT { throw SystemError("remove \(path)") }
    }
}
