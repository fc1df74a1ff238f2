import FoundationEssentials
import Guest
import Support

/// `cp`: files between the host and nodes, by SFTP.
package struct CopyFiles: Sendable {
    let access: LabAccess
    let progress: @Sendable (TransferProgress) -> Void

    /// Copies between this host and the nodes of the lab that `access` gives.
    ///
    /// - Parameter progress: is told how far each transfer is. Transfers to several nodes run at once and all tell it.
    package init(access: LabAccess, progress: @escaping @Sendable (TransferProgress) -> Void) {
        self.access = access
        self.progress = progress
    }

    /// A place that an argument names: `PATH`, `NODE:PATH`, or `all:PATH`.
    struct Place: Equatable {
        /// `nil` for this host.
        var node: String?
        var path: String

        /// A colon after a slash belongs to a file's name, as in scp.
        init(_ text: String) {
            guard let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/"), colon != text.startIndex else {
                path = text
                return
            }
            node = String(text[..<colon])
            path = String(text[text.index(after: colon)...])
            if path.isEmpty { path = "." }
        }

        var lastComponent: String {
            path.split(separator: "/").last.map(String.init) ?? "/"
        }
    }

    /// Copies each source into the target if that is a directory or ends in a slash, else the one source to exactly there.
    package func copy(_ sources: [String], to target: String) async throws {
        let target = Place(target)
        let sources = sources.map(Place.init)
        switch (sources.allSatisfy { $0.node == nil }, target.node) {
        case (true, let node?):
            let nodes = node == "all" ? access.record.nodes : [try access.node(node)]
            _ = try await access.onEach(nodes) { _, session in
                for source in sources { try await upload(source, to: target, several: sources.count > 1, session) }
            }
        case (false, nil):
            for source in sources {
                guard let node = source.node else { throw Self.noDirection }
                try await access.withSession(try access.node(node)) { session in
                    try await download(source, to: target, several: sources.count > 1, session)
                }
            }
        default: throw Self.noDirection
        }
    }

    private static var noDirection: LabError {
        LabError(
            .badArgument, "one side must be this host and the other a node",
            hint: "`popcorn-lab cp FILE arm:/root/` or `popcorn-lab cp arm:/root/FILE .`")
    }

    private func upload(_ source: Place, to target: Place, several: Bool, _ session: any GuestConnection) async throws {
        var into = target.path.hasSuffix("/") || several
        if !into { into = try await session.status(of: target.path, deadline: nil)?.kind == .directory }
        let path = into ? Self.join(target.path, source.lastComponent) : target.path
        try await session.upload(source.path, to: path, progress: progress, deadline: nil)
    }

    private func download(_ source: Place, to target: Place, several: Bool, _ session: any GuestConnection) async throws
    {
        var status = stat()
        let isDirectory = target.path.withBytes { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
        let into = target.path.hasSuffix("/") || several || isDirectory
        if into { try Self.makeDirectory(target.path) }
        let path = into ? Self.join(target.path, source.lastComponent) : target.path
        try await session.download(source.path, to: path, progress: progress, deadline: nil)
    }

    private static func makeDirectory(_ path: String) throws {
        guard path.withBytes({ mkdir($0, 0o777) }) == 0 || errno == EEXIST else {
            throw SystemError("create directory \(path)")
        }
    }

    private static func join(_ directory: String, _ name: String) -> String {
        directory.hasSuffix("/") ? directory + name : directory + "/" + name
    }
}
