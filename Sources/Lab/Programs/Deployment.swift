import FoundationEssentials
import Guest
import Support
import Topology

/// `deploy`: one program, its binary for every ISA of the lab, at the same path on every node.
///
/// Popcorn's kernels find the binary of the other ISA beside the one that runs, by its name; so every node gets all of them,
/// and NAME itself is the node's own.
public struct Deployment: Sendable {
    /// Where programs go in the guests, unless told otherwise.
    public static let defaultDirectory = "/root"

    /// What became of it.
    public struct Outcome: Sendable {
        /// The program's path, the same on every node.
        public var path: String
        /// SHA-256 by file name.
        public var digests: [String: String]
        /// Nodes that had to be sent something.
        public var updated: [String]
    }

    let program: MultiISABinary
    let directory: String
    let progress: @Sendable (TransferProgress) -> Void

    /// Checks the program: ELF machines, static linking, and that each ISA of the lab has a binary.
    ///
    /// - Throws: `TopologyError` that lists every problem.
    public init(
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
    public func callAsFunction(_ sessions: [NodeSession], _ access: LabAccess) async throws -> Outcome {
        let files = try program.variants.map { isa, variant in
            File(
                name: "\(program.name)_\(isa.rawValue)", local: variant.path,
                digest: try SHA256.hex(ofFile: variant.path))
        }
        let updated = try await access.onEach(sessions) { node, session in
            try await deploy(files, to: node, session) ? node.name : nil
        }
        return Outcome(
            path: directory + "/" + program.name,
            digests: Dictionary(files.map { ($0.name, $0.digest) }, uniquingKeysWith: { first, _ in first }),
            updated: updated.compactMap(\.self))
    }

    /// Whether anything had to be sent.
    private func deploy(_ files: [File], to node: NodeRecord, _ session: GuestSession) async throws -> Bool {
        let before = try await digests(files, node, session)
        let missing = files.filter { before[$0.name] != $0.digest }
        let own = "\(program.name)_\(node.spec.isa.rawValue)"
        if missing.isEmpty, before[program.name] == before[own] { return false }
        try await session.makeDirectories(directory, deadline: nil)
        for file in missing {
            try await session.upload(file.local, to: "\(directory)/\(file.name)", progress: progress, deadline: nil)
        }
        let paths = files.map { ShellWord.quote("\(directory)/\($0.name)") }.joined(separator: " ")
        let link = "ln -f \(ShellWord.quote("\(directory)/\(own)")) \(ShellWord.quote("\(directory)/\(program.name)"))"
        try await session.check("chmod +x \(paths) && \(link)", node: node, toDo: "install \(program.name)")
        let after = try await digests(files, node, session)
        for file in files where after[file.name] != file.digest {
            throw LabError(
                .commandFailed, "\(node.name): \(directory)/\(file.name) is not what was sent",
                hint: "is the guest out of memory? its files live there: `popcorn-lab exec \(node.name) free`")
        }
        return true
    }

    private func digests(_ files: [File], _ node: NodeRecord, _ session: GuestSession) async throws -> [String: String]
    {
        let names = (files.map(\.name) + [program.name]).map { ShellWord.quote("\(directory)/\($0)") }
        let result = try await session.exec(
            "sha256sum \(names.joined(separator: " ")) 2>/dev/null; true", deadline: .now + node.timeScale(.seconds(30))
        )
        var digests: [String: String] = [:]
        for line in result.text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let name = words[1].split(separator: "/").last else { continue }
            digests[String(name)] = String(words[0])
        }
        return digests
    }
}
