import Archives
import FoundationEssentials
import Support

/// A guest that is reached by its serial console alone: commands, their exit codes and output, and files, one after the other.
///
/// Whatever disturbs the line, such as a message of the kernel, is noticed by digests, and repeated. The actor has a thread of its own,
/// which it blocks while it waits.
package actor ConsoleSession {
    /// How a console is reached and got into.
    package struct Access: Sendable {
        /// The node's name, for errors.
        package var node: String
        /// The Unix socket on which QEMU serves it.
        package var socket: String
        /// The file by which processes agree on who has the console.
        package var lock: String
        /// What others who want it are told, such as `popcorn-lab exec x86 ls`.
        package var purpose: String
        /// Who logs in.
        package var user: String
        /// What the console asks for; `nil` if it does not.
        package var password: String?
        /// How much longer things may take than on real hardware.
        package var timeScale: TimeScale

        /// Takes all values as they are.
        package init(
            node: String, socket: String, lock: String, purpose: String, user: String, password: String?,
            timeScale: TimeScale
        ) {
            self.node = node
            self.socket = socket
            self.lock = lock
            self.purpose = purpose
            self.user = user
            self.password = password
            self.timeScale = timeScale
        }
    }

    nonisolated let access: Access
    private nonisolated let executor: ThreadExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let line: ConsoleLine
    /// Held as long as the console is ours.
    private var lock: FileLock?
    private var failure: GuestError?
    /// Whether the guest has gzip: the line is slow.
    private var compresses = false

    /// How often something that came damaged is tried.
    private static let attempts = 6
    /// Bytes of a file that travel at once. What one piece needs on the line fits into the guest's buffers, which hold 64 KiB.
    private static let piece = 32 << 10
    private static let smallPiece = 2 << 10
    /// Shorter than a terminal's line, which is 4096 bytes.
    private static let lineLength = 1000

    private init(_ access: Access, descriptor: Int32, lock: FileLock?) throws {
        self.access = access
        self.lock = lock
        line = try ConsoleLine(descriptor: descriptor)
        executor = ThreadExecutor(name: "console \(access.node)")
    }

    /// Takes the console, and logs in unless somebody is.
    ///
    /// A guest that still boots is waited for until `deadline`.
    /// - Throws: `GuestError`: `busy` if somebody else has the console, `timeout`, `authenticationRefused`, `connectionLost`,
    ///   `refused` for a guest that lacks a program; `CancellationError`.
    package static func connect(_ access: Access, deadline: ContinuousClock.Instant) async throws -> ConsoleSession {
        let lock = try await ConsoleLock.take(access, deadline: deadline)
        let descriptor: Int32
        do {
            descriptor = try ConsoleLine.connect(access.socket)
        } catch {
            throw GuestError(.unreachable, node: access.node, "there is no console: \(error.sentence)")
        }
        return try await connect(access, descriptor: descriptor, lock: lock, deadline: deadline)
    }

    /// Logs in over a line that is connected, which is closed with the session.
    static func connect(
        _ access: Access, descriptor: Int32, lock: FileLock? = nil, deadline: ContinuousClock.Instant
    ) async throws -> ConsoleSession {
        let session = try ConsoleSession(access, descriptor: descriptor, lock: lock)
        do {
            try await session.enter(by: deadline)
        } catch {
            await session.close()
            throw error
        }
        return session
    }

    /// Gives the console back as it was.
    package func close() {
        guard lock != nil || failure == nil else { return }
        if failure == nil {
            line.cancelled.take()
            _ = try? answer(ConsoleScript.end, by: .now + access.timeScale(.seconds(1)))
        }
        end(GuestError(.connectionLost, node: access.node, "the connection was closed by this side"))
    }

    private func end(_ error: GuestError) {
        failure = failure ?? error
        lock = nil
    }

    // MARK: - Getting in

    /// Answers what the console asks until a shell runs our loop.
    private func enter(by deadline: ContinuousClock.Instant) async throws {
        try await cancellable {
            // Who types on a line whose other end has gone gets an error to report, no signal that ends us. The thread is our own.
            var signals = sigset_t()
            sigemptyset(&signals)
            sigaddset(&signals, SIGPIPE)
            pthread_sigmask(SIG_BLOCK, &signals, nil)
            var dialogue = ConsoleDialogue(access: access, line: line)
            try dialogue.enter(by: deadline)
            try define(by: deadline)
            let programs = (ConsoleScript.programs + [ConsoleScript.packer]).joined(separator: " ")
            var missing = try answer(
                "printf '\\n@%s%s%s;\\n' $1 $2 \"$(for _pn in \(programs); do command -v $_pn >/dev/null || printf ' %s' $_pn; done)\"",
                by: deadline)
            compresses = !missing.contains(ConsoleScript.packer)
            missing.removeAll { $0 == ConsoleScript.packer }
            if compresses { try define(by: deadline) }
            if !missing.isEmpty {
                throw GuestError(
                    .refused, node: access.node,
                    "the guest lacks what its console is worked with: \(missing.joined(separator: ", "))",
                    hint: "busybox and coreutils have them all")
            }
        }
    }

    /// What the session's directory in the guest is called; `$_pd` in our shell and in what it starts is its path.
    private let directory = ".popcorn-console-" + ConsoleMark().whole

    private func define(by deadline: ContinuousClock.Instant) throws {
        for function in ConsoleScript.functions(directory: directory, compresses: compresses) {
            try line.send(function + "\n", by: deadline)
        }
    }

    // MARK: - Commands

    /// One that is damaged on its way is typed again; it has not run then.
    private func run(_ text: String, by deadline: ContinuousClock.Instant?) throws -> (
        code: Int32, output: Int, errors: Int
    ) {
        var text = text
        if text.utf8.count > Self.lineLength - 200 || !text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) {
            try put(Array(text.utf8), into: "$_pd/c", by: deadline)
            text = ". $_pd/c"
        }
        for _ in 0..<Self.attempts {
            let words = try answer(
                "_px $1 $2 \(text.utf8.count) \(ShellWord.quote(text))", by: deadline, interrupting: true)
            if words == ["bad"] { continue }
            guard words.count == 3, let code = Int32(words[0]), let output = Int(words[1]), let errors = Int(words[2])
            else {
                continue
            }
            return (code, output, errors)
        }
        throw damaged("a command")
    }

    private func perform(_ command: RemoteCommand, _ deadline: ContinuousClock.Instant?) throws -> RemoteResult {
        guard let text = try command.shellText(node: access.node), command.terminal == nil else {
            throw GuestError(
                .refused, node: access.node, "the console runs no second shell",
                hint: "`popcorn-lab console \(access.node)` is the shell that it has")
        }
        let input = try ConsoleInput.bytes(of: command.input, cancelled: line.cancelled)
        if !input.isEmpty { try put(input, into: "$_pd/i", by: deadline) }
        let (code, output, errors) = try run(text, by: deadline)
        if !input.isEmpty { try line.send(": >$_pd/i\n", by: .now + patience) }
        var result = RemoteResult(ending: .exited(code))
        // Nothing runs any more that the deadline could end.
        try deliver("$_pd/o", output, to: command.output) { result.output = $0 }
        try deliver("$_pd/e", errors, to: command.errorOutput) { result.errorOutput = $0 }
        return result
    }

    private func deliver(_ path: String, _ size: Int, to output: RemoteOutput, collect: ([UInt8]) -> Void) throws {
        if case .discard = output { return }
        if case .collect(let limit) = output {
            return collect(Array(try bytes(of: path, size: min(size, limit), by: nil)))
        }
        let drain = OutputDrain(output)
        var offset = 0
        while offset < size {
            let piece = try self.piece(offset / Self.piece, of: path, by: nil)
            if piece.isEmpty { break }
            try ConsoleInput.pour(piece, into: drain, cancelled: line.cancelled)
            offset += piece.count
        }
        drain.finish()
    }

    // MARK: - Bytes

    /// The first bytes of a file of the guest.
    private func bytes(of path: String, size: Int, by deadline: ContinuousClock.Instant?) throws -> [UInt8] {
        var result: [UInt8] = []
        while result.count < size {
            let piece = try piece(result.count / Self.piece, of: path, by: deadline)
            if piece.isEmpty { break }
            result += piece
        }
        return Array(result.prefix(size))
    }

    /// A piece of a file by its number; empty behind the end.
    ///
    /// - Parameter path: as the guest's shell reads it inside double quotes.
    private func piece(
        _ number: Int, of path: String, size: Int = piece, by deadline: ContinuousClock.Instant?
    ) throws -> [UInt8] {
        for attempt in 0..<Self.attempts {
            if attempt == Self.attempts / 2, size > Self.smallPiece {
                // A short one is more likely to come between two disturbances.
                let count = size / Self.smallPiece
                return try (0..<count).flatMap {
                    try piece(number * count + $0, of: path, size: Self.smallPiece, by: deadline)
                }
            }
            let mark = ConsoleMark()
            try send("_pg \(mark.halves) \"\(path)\" \(size) \(number)", by: deadline)
            do {
                let lines = try lines(until: "@\(mark.whole).", by: limit(deadline, bytes: size))
                guard let begin = lines.lastIndex(where: { $0.hasPrefix("@\(mark.whole) ") }),
                    let digest = lines[begin].split(separator: " ").last
                else { continue }
                // Archives of nothing are none to their reader.
                if digest == SHA256.hex(of: [UInt8]()) { return [] }
                guard let sent = Data(base64Encoded: lines[(begin + 1)..<(lines.count - 1)].joined()),
                    let bytes = unpacked(Array(sent)), SHA256.hex(of: bytes) == digest
                else { continue }
                return bytes
            } catch ConsoleLine.Failure.late where deadline.map({ $0 > .now }) ?? true {
                try recover()
            }
        }
        throw damaged("a piece of a file")
    }

    /// - Returns: `nil` for what was damaged on its way.
    private func unpacked(_ bytes: [UInt8]) -> [UInt8]? {
        compresses ? try? ArchiveReader.decompressed(bytes, name: "a piece") : bytes
    }

    /// Writes bytes to a file of the guest, which is replaced.
    ///
    /// - Parameter path: as the guest's shell reads it inside double quotes.
    private func put(
        _ bytes: [UInt8], into path: String, by deadline: ContinuousClock.Instant?, moved: (Int) -> Void = { _ in }
    ) throws {
        _ = try answer(": >\"\(path)\" && printf '\\n@%s%s 0;\\n' $1 $2 || printf '\\n@%s%s 1;\\n' $1 $2", by: deadline)
        {
            $0 == ["0"]
        }
        var offset = 0
        while offset < bytes.count {
            let piece = Array(bytes[offset..<min(bytes.count, offset + Self.piece)])
            try send(piece, by: deadline)
            let added = try answer("_pa $1 $2 \"\(path)\"", by: deadline)
            guard added == ["0"] else {
                throw GuestError(.transferFailed, node: access.node, "the guest cannot write: is its disk full?")
            }
            offset += piece.count
            moved(piece.count)
        }
    }

    /// Sends a piece until what arrives is what was sent.
    private func send(_ piece: [UInt8], by deadline: ContinuousClock.Instant?) throws {
        let digest = SHA256.hex(of: piece)
        let packed = compresses ? try CompressedStream.gzip(piece) : piece
        let text = Array(Data(packed).base64EncodedString().utf8)
        let lines = stride(from: 0, to: text.count, by: Self.lineLength).map {
            String(decoding: text[$0..<min(text.count, $0 + Self.lineLength)], as: UTF8.self)
        }
        for _ in 0..<Self.attempts {
            let mark = ConsoleMark()
            try send("_pu \(mark.halves) \(lines.count)\n" + lines.joined(separator: "\n"), by: deadline)
            do {
                if try words(after: mark, by: limit(deadline, bytes: text.count)) == [digest] { return }
            } catch ConsoleLine.Failure.late where deadline.map({ $0 > .now }) ?? true {
                // A line was lost, and the guest waits for it.
                try recover()
            }
        }
        throw damaged("a piece of a file")
    }

    // MARK: - Questions and answers

    /// Bytes a second that the slowest line brings.
    private static let slowest = 1 << 10
    /// Silence after which an answer that takes no time is given up, and a line counts as lost.
    private var patience: Duration { access.timeScale(.seconds(4)) }

    /// - Parameter bytes: what has to come through before there can be an answer.
    private func limit(_ deadline: ContinuousClock.Instant?, bytes: Int = 0) -> ContinuousClock.Instant {
        let own = ContinuousClock.now + patience + .seconds(bytes / Self.slowest)
        return deadline.map { min($0, own) } ?? own
    }

    private func send(_ text: String, by deadline: ContinuousClock.Instant?) throws {
        line.clear()
        try line.send(text + "\n", by: limit(deadline, bytes: text.utf8.count))
    }

    /// What a line of shell answers behind its mark; `$1 $2` in it are the mark's halves.
    ///
    /// - Parameters:
    ///   - interrupting: whether the line runs a command of the user, for which the guest is waited for, and which is interrupted when
    ///     that has to end.
    ///   - isRight: an answer that is not is an error.
    private func answer(
        _ text: String, by deadline: ContinuousClock.Instant?, interrupting: Bool = false,
        isRight: ([String]) -> Bool = { _ in true }
    ) throws -> [String] {
        let mark = ConsoleMark()
        try send(text.replacing("$1 $2", with: mark.halves), by: deadline)
        do {
            let words = try words(after: mark, by: interrupting ? deadline : limit(deadline))
            guard isRight(words) else { throw damaged("an answer") }
            return words
        } catch let failure as ConsoleLine.Failure {
            if interrupting { if case .closed = failure {} else { try? recover() } }
            throw failure
        }
    }

    private func words(after mark: ConsoleMark, by deadline: ContinuousClock.Instant?) throws -> [String] {
        while true {
            let lines = try lines(until: ";", by: deadline)
            if let line = lines.last, let begin = line.range(of: "@\(mark.whole)") {
                return line[begin.upperBound...].dropLast().split(separator: " ").map(String.init)
            }
        }
    }

    /// The lines up to one that ends in `end`, which is taken.
    private func lines(until end: String, by deadline: ContinuousClock.Instant?) throws -> [String] {
        var taken: [String] = []
        while true {
            while let newline = line.buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let text = ConsoleText.plain(ByteText.text(Array(line.buffer[..<newline])))
                line.drop(newline + 1)
                taken.append(text)
                if text.hasSuffix(end) { return taken }
            }
            try line.receive(until: deadline)
        }
    }

    /// Interrupts whatever runs, and finds out whether the loop still listens.
    ///
    /// - Throws: `ConsoleLine.Failure` if not: then the session is of no use any more.
    private func recover() throws {
        line.cancelled.take()
        do {
            // What the guest may still wait for ends with an empty line or with the interruption; the loop outlives neither everywhere.
            try line.send("\u{3}\n", by: .now + patience)
            var dialogue = ConsoleDialogue(access: access, line: line)
            dialogue.silenceBeforeProbe = .zero
            try dialogue.enter(by: .now + patience)
            try define(by: .now + patience)
        } catch {
            end(
                GuestError(
                    .connectionLost, node: access.node, "the console does not come back from what was run on it",
                    hint: "`popcorn-lab console \(access.node)` shows it"))
            throw error
        }
    }

    private func damaged(_ what: String) -> GuestError {
        GuestError(
            .transferFailed, node: access.node, "\(what) was damaged on the console \(Self.attempts) times in turn",
            hint:
                "something in the guest writes to the console all the time: `popcorn-lab logs --serial \(access.node)`")
    }

    /// Runs `body`, which a cancellation of the task wakes up; its failures become those of guests.
    private func cancellable<Result: Sendable>(
        deadline: ContinuousClock.Instant? = nil, _ body: () throws -> Result
    ) async throws -> Result {
        if let failure { throw failure }
        line.cancelled.take()
        let cancelled = line.cancelled
        return try await withTaskCancellationHandler {
            do {
                return try body()
            } catch let problem as ConsoleLine.Failure {
                switch problem {
                case .cancelled: throw CancellationError()
                case .late: throw GuestError(.timeout, node: access.node, "the console did not answer in time")
                case .closed:
                    let error = GuestError(
                        .connectionLost, node: access.node, "the console was closed: the guest has ended")
                    end(error)
                    throw error
                }
            } catch let problem as SystemError {
                throw GuestError(.outputFailed, node: access.node, problem.summary)
            }
        } onCancel: {
            cancelled.signal()
        }
    }
}

// MARK: - What every connection offers

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
            let piece = try piece(bytes.count / Self.piece, of: "$_pd/g", by: deadline)
            bytes += piece
            meter.moved(piece.count, path)
            if piece.count < Self.piece { break }
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
