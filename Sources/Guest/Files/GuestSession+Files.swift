import Support

extension GuestSession {
    /// What `path` is in the guest; `nil` if it does not exist.
    package func status(
        of path: String, followsLinks: Bool = true, deadline: ContinuousClock.Instant?
    ) async throws -> RemoteFile? {
        try await explaining("look at", path) {
            try await attributes(of: path, followsLinks: followsLinks, deadline).map { RemoteFile($0) }
        }
    }

    /// The names in a directory of the guest with what they are, sorted.
    package func list(
        _ path: String, deadline: ContinuousClock.Instant?
    ) async throws -> [(name: String, file: RemoteFile)] {
        try await explaining("list", path) {
            try await entries(of: path, deadline).map { ($0.name, RemoteFile($0.attributes)) }
                .sorted { $0.name < $1.name }
        }
    }

    /// Creates a directory in the guest and those above it, like `mkdir -p`.
    package func makeDirectories(_ path: String, deadline: ContinuousClock.Instant?) async throws {
        if try await status(of: path, deadline: deadline)?.kind == .directory { return }
        var prefix = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            prefix += part
            try await makeDirectory(prefix, 0o755, deadline)
            prefix += "/"
        }
    }

    /// Removes a file, a link, or a directory with all that is in it. What does not exist is fine.
    package func remove(_ path: String, deadline: ContinuousClock.Instant?) async throws {
        guard let file = try await status(of: path, followsLinks: false, deadline: deadline) else { return }
        try await remove(path, file, deadline)
    }

    private func remove(_ path: String, _ file: RemoteFile, _ deadline: ContinuousClock.Instant?) async throws {
        if file.kind == .directory {
            for (name, file) in try await list(path, deadline: deadline) {
                try await remove("\(path)/\(name)", file, deadline)
            }
        }
        _ = try await explaining("remove", path) {
            try await request(file.kind == .directory ? .removeDirectory : .remove, path, deadline)
        }
    }

    /// Creates one directory; one that exists is fine.
    func makeDirectory(_ path: String, _ mode: UInt32, _ deadline: ContinuousClock.Instant?) async throws {
        try await explaining("create the directory", path) {
            do {
                try await request(.makeDirectory, path, deadline) { SFTPAttributes(mode: mode).write(to: &$0) }
            } catch let failure as SFTPFailure where failure.code == SFTPFailure.failure {
                // Version 3 has no status of its own for "it exists".
                let existing = try await attributes(of: path, followsLinks: true, deadline)
                guard existing.map({ RemoteFile($0).kind }) == .directory else { throw failure }
            }
        }
    }

    /// Runs `body` for all items, several at a time; the first error ends it.
    func concurrently<Item: Sendable>(
        _ items: [Item], _ body: @escaping @isolated(any) @Sendable (Item) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, item) in items.enumerated() {
                if index >= TransferSize.files { try await group.next() }
                group.addTask { try await body(item) }
            }
            try await group.waitForAll()
        }
    }
}
