import FoundationEssentials
import Support
import SystemPackage

extension GuestSession {
    /// Copies a file, symbolic link or directory tree of this host to exactly `remote` in the guest.
    ///
    /// Permissions and symbolic links are kept. Each file is written under another name and then renamed, so that
    /// nobody sees half of one. Directories that exist are filled, files that exist are replaced.
    ///
    /// - Parameter progress: called on the session's thread; it must not block.
    /// - Throws: `GuestError`: `transferFailed`, `noSuchFile`, `timeout`, `connectionLost`; `CancellationError`.
    package func upload(
        _ local: String, to remote: String, progress: (@Sendable (TransferProgress) -> Void)? = nil,
        deadline: ContinuousClock.Instant?
    ) async throws {
        let tree = try await explaining("read", local) { try LocalTree(local) }
        let meter = TransferMeter(totalBytes: tree.totalBytes, progress)
        // A directory must stay writable until it is filled.
        for item in tree.items where item.file.kind == .directory {
            try await makeDirectory(item.path(under: remote), 0o700 | item.file.permissions, deadline)
        }
        try await concurrently(tree.items.filter { $0.file.kind != .directory }) { item in
            try await self.upload(item, from: local, to: remote, meter, deadline)
        }
        for item in tree.items.reversed() where item.file.kind == .directory {
            let path = item.path(under: remote)
            _ = try await explaining("set the permissions of", path) {
                try await request(.setStatus, path, deadline) { writer in
                    SFTPAttributes(mode: item.file.permissions).write(to: &writer)
                }
            }
        }
    }

    /// Writes a small file in one go, with the same care as `upload`.
    package func write(
        _ bytes: [UInt8], to remote: String, permissions: UInt32 = 0o644, deadline: ContinuousClock.Instant?
    ) async throws {
        try await explaining("write", remote) {
            try await replacing(remote, permissions, deadline) { handle in
                var offset = 0
                try await pipeline(remote, deadline) {
                    guard offset < bytes.count else { return nil }
                    let piece = bytes[offset..<min(bytes.count, offset + TransferSize.piece)]
                    defer { offset += piece.count }
                    return try sendWrite(handle, offset, piece)
                }
            }
        }
    }

    private func upload(
        _ item: LocalTree.Item, from root: String, to target: String, _ meter: TransferMeter,
        _ deadline: ContinuousClock.Instant?
    ) async throws {
        let local = item.path(under: root)
        let remote = item.path(under: target)
        try await explaining("write", remote) {
            if let destination = item.link {
                return try await makeLink(remote, to: destination, deadline)
            }
            let file = try SystemError.naming("open \(local)") { try FileDescriptor.open(bytesOf: local, .readOnly) }
            defer { try? file.close() }
            try await writing(remote, item.file.permissions, deadline) { handle in
                var offset = 0
                try await pipeline(remote, deadline) {
                    let piece = try SystemError.naming("read \(local)") {
                        try file.piece(upTo: TransferSize.piece, at: Int64(offset))
                    }
                    guard !piece.isEmpty else { return nil }
                    defer { offset += piece.count }
                    meter.moved(piece.count, remote)
                    return try sendWrite(handle, offset, piece[...])
                }
            }
        }
    }

    /// `replacing`, but for what is no regular file: that is written to, as cp does. A link stays one if it leads to that.
    private func writing(
        _ path: String, _ permissions: UInt32, _ deadline: ContinuousClock.Instant?,
        _ fill: nonisolated(nonsending) ([UInt8]) async throws -> Void
    ) async throws {
        guard try await attributes(of: path, followsLinks: true, deadline).map({ RemoteFile($0).kind }) == .other else {
            return try await replacing(path, permissions, deadline, fill)
        }
        let handle = try await openFile(path, [.write], mode: nil, deadline)
        defer { closeHandle(handle) }
        try await fill(handle)
    }

    /// Lets `fill` write a new file beside `path`, and puts it in the place of `path`; on failure nothing is left.
    private func replacing(
        _ path: String, _ permissions: UInt32, _ deadline: ContinuousClock.Instant?,
        _ fill: nonisolated(nonsending) ([UInt8]) async throws -> Void
    ) async throws {
        let temporary = Self.temporaryName(beside: path)
        let handle = try await openFile(temporary, [.write, .create, .exclusive], mode: 0o600, deadline)
        var isOpen = true
        do {
            try await fill(handle)
            // The mode in the open request is subject to the guest's umask.
            let mode = try files().send(.setHandleStatus) { writer in
                writer.string(handle)
                SFTPAttributes(mode: permissions).write(to: &writer)
            }
            let closing = try files().send(.close) { $0.string(handle) }
            isOpen = false
            _ = try await answer(mode, path, deadline)
            _ = try await answer(closing, path, deadline)
            try await replace(path, by: temporary, deadline)
        } catch {
            if isOpen { closeHandle(handle) }
            await discard(temporary)
            throw error
        }
    }

    private func makeLink(
        _ path: String, to destination: String, _ deadline: ContinuousClock.Instant?
    ) async throws {
        let temporary = Self.temporaryName(beside: path)
        // OpenSSH's server takes the two names the other way round than the draft says (its PROTOCOL, 4.1).
        try await request(.makeLink, destination, deadline) { $0.string(temporary) }
        do {
            try await replace(path, by: temporary, deadline)
        } catch {
            await discard(temporary)
            throw error
        }
    }

    /// Removes a temporary file; if this task is cancelled the request is sent but nobody waits for it.
    private func discard(_ temporary: String) async {
        guard let removal = try? files().send(.remove, { $0.string(temporary) }) else { return }
        _ = try? await answer(removal, temporary, .now + .seconds(5))
    }

    /// Keeps several requests under way: sends what `next` gives until it is `nil`, and waits for all answers.
    private func pipeline(
        _ path: String, _ deadline: ContinuousClock.Instant?, _ next: () throws -> Promise<SFTPReply>?
    ) async throws {
        var pending: [Promise<SFTPReply>] = []
        var first = 0
        while true {
            while pending.count - first < TransferSize.requests, let promise = try next() { pending.append(promise) }
            guard first < pending.count else { return }
            let promise = pending[first]
            first += 1
            _ = try await answer(promise, path, deadline)
            if first == TransferSize.requests {
                pending.removeFirst(first)
                first = 0
            }
        }
    }

    private func sendWrite(_ handle: [UInt8], _ offset: Int, _ piece: ArraySlice<UInt8>) throws -> Promise<SFTPReply> {
        try files().send(.write) { writer in
            writer.string(handle)
            writer.uint64(UInt64(offset))
            writer.string(piece)
        }
    }

    static func temporaryName(beside path: String) -> String {
        let random = String(UInt64.random(in: .min ... .max), radix: 36)
        guard let slash = path.lastIndex(of: "/") else { return ".partial-\(random)" }
        return "\(path[...slash]).partial-\(random)"
    }
}
