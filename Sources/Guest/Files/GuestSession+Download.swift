import FoundationEssentials
import Support
import SystemPackage

extension GuestSession {
    /// Copies a file, symbolic link or directory tree of the guest to exactly `local` on this host.
    ///
    /// It keeps what `upload` keeps and takes the same care. Devices, sockets and pipes in the guest are left out.
    /// - Parameter progress: called on the session's thread; it must not block.
    /// - Throws: `GuestError`: `transferFailed`, `noSuchFile`, `timeout`, `connectionLost`; `CancellationError`.
    package func download(
        _ remote: String, to local: String, progress: (@Sendable (TransferProgress) -> Void)? = nil,
        deadline: ContinuousClock.Instant?
    ) async throws {
        guard let root = try await status(of: remote, followsLinks: false, deadline: deadline) else {
            throw GuestError(.noSuchFile, node: endpoint.node, "\(remote) does not exist in the guest")
        }
        let items = try await tree(remote, root, deadline)
        let totalBytes = items.lazy.filter { $0.file.kind == .regular }.reduce(0) { $0 + $1.file.size }
        let meter = TransferMeter(totalBytes: totalBytes, progress)
        // A directory must stay writable until it is filled.
        for item in items where item.file.kind == .directory {
            try await explaining("write", item.path(under: local)) {
                try Self.makeLocalDirectory(item.path(under: local), 0o700 | item.file.permissions)
            }
        }
        try await concurrently(items.filter { $0.file.kind != .directory }) { item in
            try await self.download(item, from: remote, to: local, meter, deadline)
        }
        for item in items.reversed() where item.file.kind == .directory {
            _ = item.path(under: local).withBytes { chmod($0, item.file.permissions) }
        }
    }

    /// Reads a file whole, such as one of `/proc`.
    ///
    /// - Parameter limit: more bytes than this are an error.
    package func read(
        _ remote: String, limit: Int = 16 << 20, deadline: ContinuousClock.Instant?
    ) async throws -> [UInt8] {
        try await explaining("read", remote) {
            let handle = try await openFile(remote, .read, mode: nil, deadline)
            defer { closeHandle(handle) }
            var bytes: [UInt8] = []
            while true {
                let reading = try sendRead(handle, UInt64(bytes.count), TransferSize.piece)
                guard let piece = try await data(reading, remote, deadline) else { return bytes }
                bytes += piece
                guard bytes.count <= limit else {
                    throw GuestError(
                        .transferFailed, node: endpoint.node, "\(remote) has more than the \(limit) bytes expected")
                }
            }
        }
    }

    /// The root and all that is below it, parents before children.
    private func tree(
        _ root: String, _ file: RemoteFile, _ deadline: ContinuousClock.Instant?
    ) async throws -> [LocalTree.Item] {
        var items = [LocalTree.Item(relativePath: "", file: file, link: nil)]
        var next = 0
        while next < items.count {
            let item = items[next]
            next += 1
            guard item.file.kind == .directory else { continue }
            let path = item.path(under: root)
            let found = try await explaining("list", path) { try await entries(of: path, deadline) }
            for (name, attributes) in found.sorted(by: { $0.name < $1.name }) {
                let relative = item.relativePath.isEmpty ? name : "\(item.relativePath)/\(name)"
                items.append(LocalTree.Item(relativePath: relative, file: RemoteFile(attributes), link: nil))
            }
        }
        return items.filter { $0.file.kind != .other }
    }

    private func download(
        _ item: LocalTree.Item, from root: String, to target: String, _ meter: TransferMeter,
        _ deadline: ContinuousClock.Instant?
    ) async throws {
        let remote = item.path(under: root)
        var local = item.path(under: target)
        try await explaining("copy", remote) {
            if item.file.kind == .symbolicLink {
                try Self.checkReplaceable(local)
            } else {
                // Only a regular file is replaced: devices and pipes are written to, and symbolic links followed, as by cp.
                guard case .file(let path) = OutputFile.Place(of: local) else {
                    let output = try OutputFile(local)
                    let target = FileDescriptor(rawValue: output.descriptor)
                    return try await copyBytes(remote, size: nil, to: target, local, meter, deadline)
                }
                local = path
            }
            let temporary = Self.temporaryName(beside: local)
            do {
                if item.file.kind == .symbolicLink {
                    try await copyLink(remote, to: temporary, deadline)
                } else {
                    try await copyFile(remote, item.file, to: temporary, meter, deadline)
                }
                guard temporary.withBytes({ new in local.withBytes { rename(new, $0) } }) == 0 else {
                    throw SystemError("rename \(temporary) to \(local)")
                }
            } catch {
                _ = temporary.withBytes { unlink($0) }
                throw error
            }
        }
    }

    /// A link can only take the place of a link or of a regular file.
    private static func checkReplaceable(_ path: String) throws {
        var status = stat()
        guard path.withBytes({ lstat($0, &status) }) == 0 else { return }
        guard [S_IFREG, S_IFLNK].contains(status.st_mode & S_IFMT) else {
            throw SystemError("replace \(path) by a symbolic link", errno: EEXIST)
        }
    }

    private func copyLink(_ remote: String, to local: String, _ deadline: ContinuousClock.Instant?) async throws {
        guard case .names(let names) = try await request(.readLink, remote, deadline), let target = names.first else {
            throw unexpected(remote)
        }
        guard ByteText.text(target.bytes).withBytes({ target in local.withBytes { symlink(target, $0) } }) == 0 else {
            throw SystemError("create link \(local)")
        }
    }

    private func copyFile(
        _ remote: String, _ file: RemoteFile, to local: String, _ meter: TransferMeter,
        _ deadline: ContinuousClock.Instant?
    ) async throws {
        let target = try SystemError.naming("create \(local)") {
            try FileDescriptor.open(
                bytesOf: local, .writeOnly, options: [.create, .exclusiveCreate], permissions: 0o600)
        }
        defer { try? target.close() }
        try await copyBytes(remote, size: file.size, to: target, local, meter, deadline)
        guard fchmod(target.rawValue, file.permissions) == 0 else {
            throw SystemError("set the permissions of \(local)")
        }
    }

    /// - Parameter size: of the file; `nil` to write in order, to what need not be a file.
    private func copyBytes(
        _ remote: String, size: UInt64?, to target: FileDescriptor, _ local: String, _ meter: TransferMeter,
        _ deadline: ContinuousClock.Instant?
    ) async throws {
        let handle = try await openFile(remote, .read, mode: nil, deadline)
        defer { closeHandle(handle) }
        // Without a size one piece is asked for at a time, so that they come in order.
        var reads = ReadAhead(size: size ?? 0)
        while true {
            while let (offset, count) = reads.next() {
                reads.pending.append((try sendRead(handle, offset, count), offset, count))
            }
            guard let (promise, offset, count) = reads.takeOldest() else { break }
            guard let piece = try await data(promise, remote, deadline) else {
                reads.isAtEnd = true
                continue
            }
            try SystemError.naming("write \(local)") {
                if size == nil {
                    try target.writeAll(piece)
                } else {
                    try target.writeAll(toAbsoluteOffset: Int64(offset), piece)
                }
            }
            meter.moved(piece.count, remote)
            // A short answer: the rest must be asked for again.
            if piece.count < count { reads.missing.append((offset + UInt64(piece.count), count - piece.count)) }
        }
    }

    private func sendRead(_ handle: [UInt8], _ offset: UInt64, _ count: Int) throws -> Promise<SFTPReply> {
        try files().send(.read) { writer in
            writer.string(handle)
            writer.uint64(offset)
            writer.uint32(UInt32(count))
        }
    }

    /// The bytes of a read request; `nil` at the end of the file.
    private func data(
        _ promise: Promise<SFTPReply>, _ path: String, _ deadline: ContinuousClock.Instant?
    ) async throws -> [UInt8]? {
        do {
            guard case .data(let bytes) = try await answer(promise, path, deadline) else { throw unexpected(path) }
            return bytes.isEmpty ? nil : bytes
        } catch let failure as SFTPFailure where failure.code == SFTPFailure.endOfFile {
            return nil
        }
    }

    private static func makeLocalDirectory(_ path: String, _ mode: mode_t) throws {
        if path.withBytes({ mkdir($0, mode) }) == 0 || errno == EEXIST { return }
        throw SystemError("create directory \(path)")
    }
}

/// Which pieces of a file to ask for next.
private struct ReadAhead {
    var pending: [(Promise<SFTPReply>, UInt64, Int)] = []
    var missing: [(UInt64, Int)] = []
    var isAtEnd = false
    private var first = 0
    private var offset: UInt64 = 0
    private let size: UInt64
    /// Files of /proc have size 0 and content all the same: they are read piece by piece to their end.
    private let isUnsized: Bool

    init(size: UInt64) {
        self.size = size
        isUnsized = size == 0
    }

    mutating func next() -> (UInt64, Int)? {
        let underWay = pending.count - first
        if isAtEnd || underWay >= TransferSize.requests { return nil }
        if isUnsized && underWay > 0 { return nil }
        if let piece = missing.popLast() { return piece }
        if !isUnsized && offset >= size { return nil }
        let count = isUnsized ? TransferSize.piece : min(TransferSize.piece, Int(size - offset))
        defer { offset += UInt64(count) }
        return (offset, count)
    }

    mutating func takeOldest() -> (Promise<SFTPReply>, UInt64, Int)? {
        guard first < pending.count else { return nil }
        defer {
            first += 1
            if first == TransferSize.requests {
                pending.removeFirst(first)
                first = 0
            }
        }
        return pending[first]
    }
}
