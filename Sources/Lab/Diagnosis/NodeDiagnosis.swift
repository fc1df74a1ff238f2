import Guest
import GuestContract
import Hypervisor
import Support
import Topology
import Trace

/// What was found out about one node.
struct NodeReport: Sendable {
    var node: String
    var pieces: [Diagnosis.Piece] = []
    /// What the guest answered, as far as it did.
    var answers: [GuestEvidence: [UInt8]] = [:]
    /// Why the guest does not answer, if it does not.
    var silence: String?
    /// Whether something that it was asked for did not come in time.
    var hasHung = false
    /// What QEMU says of a guest that does not answer; `nil` if it was not asked, or has ended.
    var runState: String?
    /// The last lines of the console that tell of trouble.
    var troubles: [String] = []

    /// What the guest answered to `evidence`, in lines, without the stamps of a kernel's log; empty if it did not.
    func lines(_ evidence: GuestEvidence) -> [Substring] {
        guard let bytes = answers[evidence] else { return [] }
        guard evidence.isKernelLog else { return text(evidence).split(separator: "\n") }
        var parser = KernelLogParser()
        return (parser.feed(bytes) + parser.finish()).map { $0.text[...] }
    }

    func text(_ evidence: GuestEvidence) -> String { ByteText.text(answers[evidence] ?? []) }
}

/// Collects the evidence of one node.
struct NodeDiagnosis: Sendable {
    let access: LabAccess
    let node: NodeRecord
    let qemu: ProcessIdentity?
    let shelf: EvidenceShelf

    private static let evidence: [(GuestEvidence, file: String, what: String)] = [
        (.kernelLog, "dmesg", "kernel log"),
        (.peers, "peers.txt", "peers"),
        (.processes, "processes.txt", "processes"),
        (.pages, "pages.txt", "pages"),
        (.counters, "counters.txt", "counters"),
        (.threads, "threads.txt", "threads"),
        (.blockedTasks, "blocked", "blocked tasks"),
        (.processors, "processors", "processors"),
        (.allTasks, "tasks", "all tasks"),
    ]
    /// How many lines of trouble are told of a console.
    private static let mostTroubles = 5

    func report() async -> NodeReport {
        var report = NodeReport(node: node.name)
        do {
            guard qemu != nil else { throw LabError(.guestDied, "\(node.name): its QEMU has ended") }
            try await askGuest(&report)
        } catch {
            report.silence = error.sentence
            report.pieces.append(Diagnosis.Piece(node: node.name, what: "the guest", problem: error.sentence))
        }
        await askQEMU(&report)
        keepConsole(&report)
        return report
    }

    /// - Throws: what keeps the guest from answering at all, or any more.
    private func askGuest(_ report: inout NodeReport) async throws {
        var session = try await connect()
        for (evidence, file, what) in Self.evidence {
            guard let (bytes, problem) = await node.guest(session).evidence(evidence) else { continue }
            report.answers[evidence] = bytes
            report.pieces += keep(bytes, evidence, file, what, problem)
            guard problem is GuestError else { continue }
            // The connection may be of no use after that.
            report.hasHung = true
            await session.close()
            session = try await connect()
        }
        await session.close()
        report.pieces += await fetchTrace()
    }

    /// A guest that is well answers in a fraction of that.
    private func connect() async throws -> any GuestConnection {
        try await node.connect(access.paths, limit: node.timeScale(.seconds(1)))
    }

    /// Records of the kernel's log are kept as they are, and as `dmesg` prints them.
    private func keep(
        _ bytes: [UInt8], _ evidence: GuestEvidence, _ file: String, _ what: String, _ problem: (any Error)?
    ) -> [Diagnosis.Piece] {
        guard evidence.isKernelLog else { return [shelf.put(bytes, as: file, what: what, problem: problem)] }
        let raw = shelf.put(bytes, as: file + ".raw", what: what, problem: problem)
        guard raw.file != nil else { return [raw] }
        do {
            var text = try FileSink(shelf.path(file + ".txt"))
            try KernelLog.writeText(records: shelf.path(file + ".raw"), console: nil, to: &text)
            try text.commit()
            return [raw, shelf.found(file + ".txt", what: what)]
        } catch {
            return [raw, shelf.put([], as: file, what: what, problem: error)]
        }
    }

    /// The lab's own trace, with what puts it on the host's clock. A connection of its own: it is the largest piece.
    private func fetchTrace() async -> [Diagnosis.Piece] {
        var problem: (any Error)?
        do {
            try await LabAccess.within(node.timeScale(.seconds(10)), "\(node.name): trace") {
                try await access.withSession(node) { session in
                    let recorder = try await node.guest(session).recorder()
                    try await recorder.recordClock(8, to: shelf.path(NodeRunFile.clock.rawValue))
                    try await recorder.end(
                        instance: nil,
                        files: [
                            .trace: shelf.path(NodeRunFile.trace.rawValue),
                            .types: shelf.path(NodeRunFile.types.rawValue),
                        ])
                }
            }
        } catch {
            problem = error
        }
        return [
            shelf.found(NodeRunFile.trace.rawValue, what: "trace", problem: problem),
            shelf.found(NodeRunFile.types.rawValue, what: "message types"),
            shelf.found(NodeRunFile.clock.rawValue, what: "clock"),
        ]
    }

    private func askQEMU(_ report: inout NodeReport) async {
        guard let qemu, qemu.isAlive, report.silence != nil || report.hasHung else { return }
        let (state, piece) = await QEMUView(access: access, node: node, qemu: qemu, shelf: shelf).look()
        report.runState = state
        report.pieces.append(piece)
    }

    private func keepConsole(_ report: inout NodeReport) {
        let path = access.paths.serialLog(node.name)
        do {
            let bytes = Array(try AtomicFile.read(path) ?? .init())
            report.pieces.append(shelf.put(bytes, as: NodeRunFile.console.rawValue, what: "console"))
            var parser = ConsoleLogParser()
            let failures = (parser.feed(bytes) + parser.finish()).filter { $0.trouble?.isFailure ?? false }
            report.troubles = failures.suffix(Self.mostTroubles).map(\.text)
        } catch {
            report.pieces.append(shelf.put([], as: NodeRunFile.console.rawValue, what: "console", problem: error))
        }
    }
}
