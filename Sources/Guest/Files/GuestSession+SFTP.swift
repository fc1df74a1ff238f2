import Support

/// The single operations of SFTP, as calls that wait for their answer.
extension GuestSession {
    /// Waits for an answer; a status other than success is thrown as `SFTPFailure`.
    func answer(
        _ promise: Promise<SFTPReply>, _ path: String, _ deadline: ContinuousClock.Instant?
    ) async throws -> SFTPReply {
        advance()
        let reply = try await value(of: promise, deadline: deadline) { [endpoint] in
            GuestError(.timeout, node: endpoint.node, "\(path): the transfer did not end in time")
        }
        if case .status(let code, let message) = reply, code != SFTPFailure.success {
            throw SFTPFailure(code: code, message: message)
        }
        return reply
    }

    /// A request that names a path and has nothing more to say than its status.
    @discardableResult
    func request(
        _ type: SFTPPacket, _ path: String, _ deadline: ContinuousClock.Instant?,
        _ more: (inout WireWriter) -> Void = { _ in }
    ) async throws -> SFTPReply {
        let promise = try files().send(type) { writer in
            writer.string(path)
            more(&writer)
        }
        return try await answer(promise, path, deadline)
    }

    /// An opened file or directory.
    func handle(
        _ type: SFTPPacket, _ path: String, _ deadline: ContinuousClock.Instant?,
        _ more: (inout WireWriter) -> Void = { _ in }
    ) async throws -> [UInt8] {
        guard case .handle(let handle) = try await request(type, path, deadline, more) else { throw unexpected(path) }
        return handle
    }

    func openFile(
        _ path: String, _ flags: SFTPOpenFlags, mode: UInt32?, _ deadline: ContinuousClock.Instant?
    ) async throws -> [UInt8] {
        try await handle(.open, path, deadline) { writer in
            writer.uint32(flags.rawValue)
            SFTPAttributes(mode: mode).write(to: &writer)
        }
    }

    /// A file's attributes; `nil` if it does not exist.
    func attributes(
        of path: String, followsLinks: Bool, _ deadline: ContinuousClock.Instant?
    ) async throws -> SFTPAttributes? {
        do {
            let reply = try await request(followsLinks ? .status : .linkStatus, path, deadline)
            guard case .attributes(let attributes) = reply else { throw unexpected(path) }
            return attributes
        } catch let failure as SFTPFailure where failure.code == SFTPFailure.noSuchFile {
            return nil
        }
    }

    /// Moves a file over another one in one step.
    func replace(_ target: String, by source: String, _ deadline: ContinuousClock.Instant?) async throws {
        do {
            let promise = try files().send(.extended) { writer in
                writer.string("posix-rename@openssh.com")
                writer.string(source)
                writer.string(target)
            }
            _ = try await answer(promise, target, deadline)
        } catch let failure as SFTPFailure where failure.code == SFTPFailure.unsupported {
            // Plain SFTP cannot replace a file.
            _ = try? await request(.remove, target, deadline)
            try await request(.rename, source, deadline) { $0.string(target) }
        }
    }

    /// The entries of a directory but `.` and `..`.
    func entries(
        of path: String, _ deadline: ContinuousClock.Instant?
    ) async throws -> [(name: String, attributes: SFTPAttributes)] {
        let handle = try await handle(.openDirectory, path, deadline)
        defer { closeHandle(handle) }
        var result: [(name: String, attributes: SFTPAttributes)] = []
        do {
            while true {
                let promise = try files().send(.readDirectory) { $0.string(handle) }
                guard case .names(let names) = try await answer(promise, path, deadline) else {
                    throw unexpected(path)
                }
                for entry in names where entry.bytes != Array(".".utf8) && entry.bytes != Array("..".utf8) {
                    let name = ByteText.text(entry.bytes)
                    guard !entry.bytes.contains(0x2f), !entry.bytes.contains(0), !name.isEmpty else {
                        throw GuestError(
                            .transferFailed, node: endpoint.node, "\(path) holds a name that no file can have: \(name)")
                    }
                    result.append((name, entry.attributes))
                }
            }
        } catch let failure as SFTPFailure where failure.code == SFTPFailure.endOfFile {
            return result
        }
    }

    /// Closes a handle; nobody waits for the answer.
    func closeHandle(_ handle: [UInt8]) {
        _ = try? files().send(.close) { $0.string(handle) }
        advance()
    }

    func unexpected(_ path: String) -> GuestError {
        GuestError(
            .transferFailed, node: endpoint.node, "\(path): the guest's SFTP server gave another answer than asked for")
    }

    /// Runs `body`, and gives what SFTP and local files throw the node, the path and what was tried.
    func explaining<Value>(_ what: String, _ path: String, _ body: nonisolated(nonsending) () async throws -> Value)
        async throws -> Value
    {
        do {
            return try await body()
        } catch let failure as SFTPFailure {
            let code = failure.code == SFTPFailure.noSuchFile ? GuestError.Code.noSuchFile : .transferFailed
            throw GuestError(
                code, node: endpoint.node, "cannot \(what) \(path) in the guest: \(failure.message)",
                hint: failure.code == SFTPFailure.failure
                    ? "the guest's disk may be full, or something else in the way" : nil)
        } catch let failure as SystemError {
            throw GuestError(
                failure.errno == ENOENT ? .noSuchFile : .transferFailed, node: endpoint.node,
                "cannot \(what) \(path), on this host: \(failure.summary)", hint: failure.hint)
        }
    }
}
