import FoundationEssentials
import Support

/// What every connection offers, by what busybox has.
extension ConsoleSession: GuestConnection {
    package func exec(_ command: RemoteCommand, deadline: ContinuousClock.Instant?) async throws -> RemoteResult {
        try await cancellable { try perform(command, deadline) }
    }

    package func status(
        of path: String, followsLinks: Bool, deadline: ContinuousClock.Instant?
    ) async throws -> RemoteFile? {
        try await cancellable {
            try entries(followsLinks ? "-L" : "", "-maxdepth 0", path, by: deadline).first?.file
        }
    }

    package func makeDirectories(_ path: String, deadline: ContinuousClock.Instant?) async throws {
        try await cancellable { try carryOut("mkdir -p \(ShellWord.quote(path))", by: deadline) }
    }

    package func upload(
        _ local: String, to remote: String, progress: (@Sendable (TransferProgress) -> Void)?,
        deadline: ContinuousClock.Instant?
    ) async throws {
        try await cancellable {
            let tree: LocalTree
            do { tree = try LocalTree(local) } catch {
                throw GuestError(.transferFailed, node: access.node, "cannot read \(local): \(error.sentence)")
            }
            let meter = TransferMeter(totalBytes: tree.totalBytes, progress)
            for item in tree.items {
                let path = item.path(under: remote)
                let quoted = ShellWord.quote(path)
                switch item.file.kind {
                case .directory: try carryOut("mkdir -p \(quoted)", by: deadline)
                case .symbolicLink: try carryOut("ln -snf \(ShellWord.quote(item.link ?? "")) \(quoted)", by: deadline)
                case .regular, .other:
                    let bytes = Array(try AtomicFile.contents(of: item.path(under: local)))
                    try put(bytes, into: "$_pd/f", by: deadline) { meter.moved($0, path) }
                    let mode = String(item.file.permissions, radix: 8)
                    let partial = ShellWord.quote(GuestSession.temporaryName(beside: path))
                    try carryOut(
                        "cp $_pd/f \(partial) && chmod \(mode) \(partial) && mv -f \(partial) \(quoted) || "
                            + "{ rm -f \(partial); false; }", by: deadline)
                }
            }
            for item in tree.items.reversed() where item.file.kind == .directory {
                let mode = String(item.file.permissions, radix: 8)
                try carryOut("chmod \(mode) \(ShellWord.quote(item.path(under: remote)))", by: deadline)
            }
        }
    }

    package func download(
        _ remote: String, to local: String, progress: (@Sendable (TransferProgress) -> Void)?,
        deadline: ContinuousClock.Instant?
    ) async throws {
        try await cancellable {
            let found = try entries("", "", remote, by: deadline)
            guard !found.isEmpty else {
                throw GuestError(.noSuchFile, node: access.node, "\(remote) does not exist in the guest")
            }
            let total = found.filter { $0.file.kind == .regular }.reduce(0) { $0 + $1.file.size }
            let meter = TransferMeter(totalBytes: total, progress)
            for (path, file) in found {
                let place = local + path.dropFirst(remote.count)
                switch file.kind {
                case .directory:
                    guard place.withBytes({ mkdir($0, 0o700) }) == 0 || errno == EEXIST else {
                        throw GuestError(.transferFailed, node: access.node, SystemError("create \(place)").summary)
                    }
                case .symbolicLink:
                    let target = try output("readlink \(ShellWord.quote(path))", by: deadline)
                    place.withBytes { _ = unlink($0) }
                    guard symlink(target, place) == 0 else {
                        throw GuestError(.transferFailed, node: access.node, SystemError("create \(place)").summary)
                    }
                case .regular: try fetch(path, file, to: place, meter, by: deadline)
                case .other: break
                }
            }
            for (path, file) in found.reversed() where file.kind == .directory {
                let place = local + path.dropFirst(remote.count)
                _ = place.withBytes { chmod($0, file.permissions) }
            }
        }
    }

    private func fetch(
        _ path: String, _ file: RemoteFile, to place: String, _ meter: TransferMeter,
        by deadline: ContinuousClock.Instant?
    ) throws {
        // A path that no quoting of ours could change on its way.
        try carryOut("ln -snf \(ShellWord.quote(path)) $_pd/g", by: deadline)
        var bytes: [UInt8] = []
        while true {
            let piece = try piece(bytes.count / Self.pieceBytes, of: "$_pd/g", by: deadline)
            bytes += piece
            meter.moved(piece.count, path)
            if piece.count < Self.pieceBytes { break }
        }
        do {
            try AtomicFile.write(bytes, to: place, mode: mode_t(file.permissions))
        } catch {
            throw GuestError(.transferFailed, node: access.node, "cannot write \(place): \(error.sentence)")
        }
    }

    /// Files at and below a path, parents before children.
    private func entries(
        _ how: String, _ depth: String, _ path: String, by deadline: ContinuousClock.Instant?
    ) throws -> [(path: String, file: RemoteFile)] {
        let quoted = ShellWord.quote(path)
        // A relative path may begin like an option.
        let text = try output(
            "[ -e \(quoted) ] || [ -L \(quoted) ] || exit 0; "
                + "find \(how) \(quoted) \(depth) -exec stat \(how) -c '%f %s %n' {} +", by: deadline)
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count == 3, let mode = UInt32(words[0], radix: 16), let size = UInt64(words[1]) else {
                return nil
            }
            return (String(words[2]), RemoteFile(mode: mode, size: size))
        }
    }

    private func output(_ text: String, by deadline: ContinuousClock.Instant?) throws -> String {
        let result = try perform(RemoteCommand(text), deadline)
        guard result.succeeded else {
            throw GuestError(.transferFailed, node: access.node, result.errorText.isEmpty ? text : result.errorText)
        }
        return result.text
    }

    private func carryOut(_ text: String, by deadline: ContinuousClock.Instant?) throws {
        _ = try output(text, by: deadline)
    }
}
