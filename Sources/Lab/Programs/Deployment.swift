import Binaries
import FoundationEssentials
import Guest
import GuestContract
import Support
import Topology

/// `deploy`: one program, its binary for every ISA of the lab, at the same path on every node.
///
/// Popcorn's kernels find the binary of the other ISA beside the one that runs, by its name; so every node gets all of them,
/// and NAME itself is the node's own.
package struct Deployment: Sendable {
    /// Where programs go in the guests, unless told otherwise.
    package static let defaultDirectory = GuestFile.home

    /// What became of it.
    package struct Outcome: Sendable {
        /// The program's path, the same on every node.
        package var path: String
        /// SHA-256 by file name.
        package var digests: [String: String]
        /// Nodes that had to be sent something.
        package var updated: [String]
    }

    let program: MultiISABinary
    let directory: String
    let progress: @Sendable (TransferProgress) -> Void

    /// Checks the program: ELF machines, static linking, and that each ISA of the lab has a binary.
    ///
    /// - Throws: `BinaryError` that lists every problem.
    package init(
        path: String, record: LabRecord, directory: String = defaultDirectory,
        progress: @escaping @Sendable (TransferProgress) -> Void = { _ in }
    ) throws {
        program = try MultiISABinary(path: path, isas: record.spec.isas)
        guard directory.hasPrefix("/") else {
            throw LabError(.badArgument, "'\(directory)' is no absolute path in the guests")
        }
        self.directory = directory
        self.progress = progress
    }

    /// The program's name in the guests.
    var name: String { program.name }

    /// Where the program lies on this host, without the ISA's suffix.
    var localPath: String { URL(filePath: program.path).standardizedFileURL.path }

    private struct File: Sendable {
        var name: String
        var local: String
        var digest: String
    }

    /// Sends what nodes do not have yet, and checks that what lies there is what we sent.
    package func deploy(to nodes: [RecordedNode]) async throws -> Outcome {
        let files = try program.files.map { isa, path in
            File(
                name: "\(program.name)_\(isa.rawValue)", local: path, digest: try SHA256.hex(ofFile: path))
        }
        let updated = try await LabAccess.inParallel(nodes) { try await send(files, to: $0) ? $0.node.name : nil }
        return Outcome(
            path: directory + "/" + program.name,
            digests: Dictionary(files.map { ($0.name, $0.digest) }, uniquingKeysWith: { first, _ in first }),
            updated: updated.compactMap(\.self))
    }

    /// Whether anything had to be sent.
    private func send(_ files: [File], to place: RecordedNode) async throws -> Bool {
        let (node, session) = (place.node, place.session)
        let own = "\(program.name)_\(node.spec.isa.rawValue)"
        let names = files.map(\.name) + [program.name]
        let before = try await digests(names, place)
        let missing = files.filter { before[$0.name] != $0.digest }
        if missing.isEmpty, before[program.name] == before[own] { return false }
        try await session.makeDirectories(directory, deadline: nil)
        for file in missing {
            try await session.upload(file.local, to: "\(directory)/\(file.name)", progress: progress, deadline: nil)
        }
        try await node.guest(session).install(files.map(\.name), in: directory, own: own, as: program.name)
        let after = try await digests(names, place)
        for file in files where after[file.name] != file.digest {
            throw LabError(
                .commandFailed, "\(node.name): \(directory)/\(file.name) is not what was sent",
                hint: "is the guest out of memory? its files live there: `popcorn-lab exec \(node.name) free`")
        }
        return true
    }

    private func digests(_ names: [String], _ place: RecordedNode) async throws -> [String: String] {
        let paths = names.map { "\(directory)/\($0)" }
        let digests: [String?]
        if let recorder = place.recorder {
            digests = try await recorder.digests(paths)
        } else {
            digests = try await place.guest.digests(paths)
        }
        return zip(names, digests).reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
}
