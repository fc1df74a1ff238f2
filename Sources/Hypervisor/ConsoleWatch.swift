import FoundationEssentials
import Support

/// Searches a guest's console log while QEMU writes it.
actor ConsoleWatch {
    enum Event: Sendable, Equatable {
        /// The awaited text, with the whole line it stands in as far as that was printed.
        case found(line: String)
        /// QEMU has ended, and the guest had not printed the text.
        case ended
        case timedOut
    }

    private enum Input: Sendable {
        case printed([UInt8])
        case over(Event)
    }

    private let path: String
    private let process: ProcessIdentity
    /// How much of the log was read.
    private var position = 0
    /// What was read and not yet searched away.
    private var pending: [UInt8] = []

    /// Watches the log of a guest that has been started.
    ///
    /// - Parameter process: the guest's QEMU, as `QEMUProcess` finds it.
    /// - Throws: `SystemError` if there is no such file.
    init(path: String, process: ProcessIdentity) throws {
        self.path = path
        self.process = process
        guard access(path, R_OK) == 0 else { throw SystemError("open \(path)") }
    }

    /// Waits until the guest has printed `text`, or anything at all if it is empty. To be called by one task at a time.
    ///
    /// What was printed before counts, but each part of the log only once: a later call searches behind what an earlier one
    /// found, or searched in vain up to the last line. Waiting for anything uses nothing up.
    /// - Throws: `CancellationError`; `SystemError` if the log cannot be read or the host is out of inotify instances.
    func wait(for text: String, limit: Duration) async throws -> Event {
        let deadline = ContinuousClock.now + limit
        let text = Array(text.utf8)
        if let line = take(text) { return .found(line: line) }
        let chunks = try FileFollower.chunks(of: path, from: Int64(position))
        let (inputs, sink) = AsyncStream.makeStream(of: Input.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { for await chunk in chunks { sink.yield(.printed(chunk)) } }
            group.addTask { [process] in
                try await ExitWatch.end(of: process)
                sink.yield(.over(.ended))
            }
            group.addTask {
                try await Task.sleep(until: deadline, clock: .continuous)
                sink.yield(.over(.timedOut))
            }
            for await input in inputs {
                switch input {
                case .printed(let chunk):
                    append(chunk)
                    if let line = take(text) { return .found(line: line) }
                case .over(let event):
                    // What was printed before need not have come through yet.
                    append((try AtomicFile.read(path) ?? Data()).dropFirst(position))
                    return take(text).map { .found(line: $0) } ?? event
                }
            }
            throw CancellationError()
        }
    }

    private func append(_ bytes: some Collection<UInt8>) {
        pending += bytes
        position += bytes.count
    }

    /// Finds `text` and drops all up to its end; without a find, keeps the last line only.
    private func take(_ text: [UInt8]) -> String? {
        if text.isEmpty {
            guard !pending.isEmpty else { return nil }
            return String(decoding: pending.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        }
        guard let range = pending.firstRange(of: text) else {
            let start = pending.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            // A text of several lines may have begun before the last line.
            pending.removeFirst(max(0, min(start, pending.count - text.count)))
            return nil
        }
        let newlines = [UInt8(ascii: "\n"), UInt8(ascii: "\r")]
        let start = pending[..<range.lowerBound].lastIndex(where: newlines.contains).map { $0 + 1 } ?? 0
        let end = pending[range.upperBound...].firstIndex(where: newlines.contains) ?? pending.count
        let line = String(decoding: pending[start..<end], as: UTF8.self)
        pending.removeFirst(range.upperBound)
        return line
    }
}
