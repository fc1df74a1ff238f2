import Support

/// Reads a guest's console log as QEMU writes it. The kernel wakes us for each piece, nobody polls.
public actor ConsoleWatch {
    public enum Event: Sendable, Equatable {
        /// The awaited text, with the whole line it stands in as far as that was printed.
        case found(line: String)
        /// QEMU closed the log: the guest has ended without printing the text.
        case ended
        case timedOut
    }

    private let path: String
    private let executor = ThreadExecutor(name: "console-watch")
    private let log: Int32
    private let notifications: Int32
    /// Readable when QEMU has ended; -1, which poll(2) skips, if we were not told which process it is.
    private let process: Int32
    /// Written to in order to wake a waiting thread.
    private let cancellation: (read: Int32, write: Int32)
    /// What was read and not yet searched away.
    private var pending: [UInt8] = []
    /// All bytes that the guest has printed so far, as far as they were read.
    public private(set) var bytesRead = 0
    private var ended: Bool

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Watches the log of a guest that has been started.
    ///
    /// - Parameter process: the guest's QEMU, as `QEMUProcess` finds it; without one, only an end from now on is noticed.
    /// - Throws: `SystemError` if there is no such file or the host is out of inotify instances.
    public init(path: String, process: ProcessIdentity?) throws {
        self.path = path
        log = open(path, O_RDONLY | O_CLOEXEC)
        guard log >= 0 else { throw SystemError("open \(path)") }
        notifications = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard notifications >= 0, socketpair(AF_UNIX, type, 0, &ends) == 0,
            // QEMU keeps the log open until it ends, so its closing is the guest's end.
            inotify_add_watch(notifications, path, UInt32(IN_MODIFY | IN_CLOSE_WRITE)) >= 0
        else {
            let failure = SystemError("watch \(path)")
            for descriptor in [log, notifications] + ends where descriptor >= 0 { Glibc.close(descriptor) }
            throw failure
        }
        cancellation = (ends[0], ends[1])
        // A guest that ends about now may have closed its log before we watched.
        let descriptor = process?.openDescriptor()
        ended = process != nil && descriptor == nil
        self.process = descriptor ?? -1
    }

    deinit {
        for descriptor in [log, notifications, cancellation.read, cancellation.write, process] where descriptor >= 0 {
            close(descriptor)
        }
    }

    /// Waits until the guest has printed `text`, or anything at all if it is empty.
    ///
    /// What was printed before counts, but each part of the log only once: a later call searches behind what an earlier one
    /// found, or searched in vain up to the last line. Waiting for anything uses nothing up.
    /// - Throws: `CancellationError`; `SystemError` if the log cannot be read.
    public func wait(for text: String, limit: Duration) async throws -> Event {
        let wake = cancellation.write
        return try await withTaskCancellationHandler {
            try search(for: Array(text.utf8), deadline: ContinuousClock.now + limit)
        } onCancel: {
            _ = write(wake, "x", 1)
        }
    }

    private func search(for text: [UInt8], deadline: ContinuousClock.Instant) throws -> Event {
        while true {
            try Task.checkCancellation()
            // In this order, what was written before the end is not missed.
            let wasEnded = ended
            try readMore()
            if let line = take(text) { return .found(line: line) }
            if wasEnded { return .ended }
            if ended { continue }
            var events = [
                pollfd(fd: notifications, events: Int16(POLLIN), revents: 0),
                pollfd(fd: cancellation.read, events: Int16(POLLIN), revents: 0),
                pollfd(fd: process, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&events, nfds_t(events.count), Int32(clamping: (deadline - .now).milliseconds))
            if ready < 0 && errno == EINTR { continue }
            guard ready >= 0 else { throw SystemError("wait for \(path)") }
            if ready == 0 { return .timedOut }
            readNotifications()
            if events[2].revents != 0 { ended = true }
            // A wake-up that was meant for an earlier wait must not wake us again.
            var byte: UInt8 = 0
            _ = recv(cancellation.read, &byte, 1, Int32(MSG_DONTWAIT))
        }
    }

    private func readMore() throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(log, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("read \(path)") }
            if count == 0 { return }
            pending += buffer[..<count]
            bytesRead += count
        }
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

    private func readNotifications() {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            while true {
                let count = read(notifications, buffer.baseAddress, buffer.count)
                if count <= 0 { return }
                var offset = 0
                while offset + MemoryLayout<inotify_event>.size <= count {
                    let event = buffer.load(fromByteOffset: offset, as: inotify_event.self)
                    if event.mask & UInt32(IN_CLOSE_WRITE) != 0 { ended = true }
                    offset += MemoryLayout<inotify_event>.size + Int(event.len)
                }
            }
        }
    }
}
