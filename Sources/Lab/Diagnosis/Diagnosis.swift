import FoundationEssentials
import Guest
import GuestContract
import Hypervisor
import Support
import Topology

/// Collects what tells why a lab does not go on, before anything of it is torn down.
///
/// All nodes are looked at at once. Each piece has a time limit of its own, so that a dead node, or one file of a guest whose
/// lock nobody gives back, holds up nothing else; what has come of a piece is kept.
package struct Diagnosis: Sendable {
    /// What is collected beside the usual.
    package struct Options: Sendable {
        /// Whether to write a core of each guest that has a QEMU, as large as its memory.
        package var dump = false

        /// No cores.
        package init() {}
    }

    /// One piece of evidence.
    package struct Piece: Codable, Sendable, Equatable {
        /// The node that it is of, by name.
        package var node: String
        /// What it is, in words, such as `blocked tasks`.
        package var what: String
        /// The file's path within the directory; `nil` if nothing came.
        package var file: String?
        /// Why it is not there, or not whole.
        package var problem: String?
    }

    /// What was collected.
    package struct Outcome: Codable, Sendable {
        /// Of the nodes in the order of their ids; cores come last.
        package var pieces: [Piece]
        /// What was found in it, a sentence each: who does not answer, who waits for whom.
        package var findings: [String]
        /// How long it took.
        package var seconds: Double

        /// The paths of all files within the directory.
        package var files: [String] { pieces.compactMap(\.file) }
        /// A sentence for each piece that is not there, or not whole.
        package var problems: [String] {
            pieces.compactMap { piece in piece.problem.map { "\(piece.node): \(piece.what): \($0)" } }
        }
        /// What was found, as one paragraph.
        package var summary: String {
            findings.isEmpty ? "Nothing conspicuous was found." : findings.joined(separator: " ")
        }
    }

    let access: LabAccess
    let options: Options

    /// Diagnoses the lab that `access` gives.
    package init(access: LabAccess, options: Options = Options()) {
        self.access = access
        self.options = options
    }

    /// Collects into a directory, which is made if need be: a directory for each node, and `summary.txt`.
    ///
    /// - Throws: `SystemError` if the directory cannot be written to; nothing that is wrong with the lab.
    package func collect(into directory: String) async throws -> Outcome {
        let began = ContinuousClock.now
        let alive = QEMUProcess.find(uuids: access.record.nodes.map(\.uuid))
        let shelves = try access.record.nodes.map { try EvidenceShelf(directory: directory, node: $0.name) }
        let reports = try await LabAccess.inParallel(Array(zip(access.record.nodes, shelves))) { node, shelf in
            await NodeDiagnosis(access: access, node: node, qemu: alive[node.uuid], shelf: shelf).report()
        }
        let guests = zip(access.record.nodes, shelves).compactMap { node, shelf in
            alive[node.uuid].map { (node: node, qemu: $0, shelf: shelf) }
        }
        let cores = options.dump && !guests.isEmpty ? await CoreDump(access: access, guests: guests).write() : []
        let outcome = Outcome(
            pieces: reports.flatMap(\.pieces) + cores,
            findings: Findings(reports, access.record.nodes.map(\.name)).sentences,
            seconds: Double((ContinuousClock.now - began).milliseconds) / 1000)
        let text = ([outcome.summary, ""] + outcome.files + outcome.problems).map { $0 + "\n" }.joined()
        try AtomicFile.write(text, to: directory + "/summary.txt")
        return outcome
    }
}

/// Where the evidence of one node is put.
struct EvidenceShelf: Sendable {
    let directory: String
    let node: String

    init(directory: String, node: String) throws {
        self.directory = directory
        self.node = node
        try Directories.create(directory + "/" + node)
    }

    func path(_ name: String) -> String { "\(directory)/\(node)/\(name)" }

    /// Keeps what has come, if anything has.
    func put(_ bytes: [UInt8], as name: String, what: String, problem: (any Error)? = nil) -> Diagnosis.Piece {
        var piece = Diagnosis.Piece(node: node, what: what, problem: problem?.sentence)
        guard !bytes.isEmpty else { return piece }
        do {
            try AtomicFile.write(bytes, to: path(name))
            piece.file = "\(node)/\(name)"
        } catch {
            piece.problem = error.sentence
        }
        return piece
    }

    /// What somebody else has written, if it is there.
    func found(_ name: String, what: String, problem: (any Error)? = nil) -> Diagnosis.Piece {
        let isThere = path(name).withBytes { access($0, R_OK) } == 0
        return Diagnosis.Piece(
            node: node, what: what, file: isThere ? "\(node)/\(name)" : nil, problem: problem?.sentence)
    }
}
