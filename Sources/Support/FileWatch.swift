/// Waits for changes of one file, which need not exist yet, by inotify on its directory.
///
/// Its calls block: use it on a thread of your own. `cancel` may come from any thread and ends the waiting.
package final class FileWatch: Sendable {
    private let inotify: Int32
    private let cancelled: WakeEvent
    private let name: String

    /// - Throws: `SystemError` if the file's directory cannot be watched.
    package init(path: String) throws {
        let split = path.lastIndex(of: "/")
        let directory = split.map { String(path[..<$0]) } ?? "."
        name = split.map { String(path[path.index(after: $0)...]) } ?? path
        inotify = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        cancelled = try WakeEvent()
        let events = IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_DELETE
        guard inotify >= 0, inotify_add_watch(inotify, directory, UInt32(events)) >= 0 else {
            let error = SystemError("watch \(directory)")
            close(inotify)
            throw error
        }
    }

    deinit {
        close(inotify)
    }

    /// Makes `wait` return `.cancelled`, now and from now on.
    package func cancel() { cancelled.signal() }

    /// Why `wait` returned: the file changed, `cancel` was called, or the deadline passed.
    package enum Event: Sendable {
        case changed
        case cancelled
        case timedOut
    }

    /// Blocks until something happened to the file since the last call.
    package func wait(until deadline: ContinuousClock.Instant? = nil) -> Event {
        while true {
            var polled = [
                pollfd(fd: inotify, events: Int16(POLLIN), revents: 0),
                pollfd(fd: cancelled.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&polled, 2, deadline.pollLimit)
            if polled[1].revents != 0 { return .cancelled }
            if count == 0, let deadline, deadline <= .now { return .timedOut }
            if polled[0].revents != 0, drain() { return .changed }
        }
    }

    /// Reads all pending events; `true` if one of them was about our file.
    private func drain() -> Bool {
        var found = false
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            while true {
                let length = read(inotify, buffer.baseAddress, buffer.count)
                guard length > 0 else { return }
                var offset = 0
                while offset < length {
                    let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    let start = offset + MemoryLayout<inotify_event>.size
                    let bytes = buffer[start..<start + Int(event.len)].prefix { $0 != 0 }
                    found = found || String(decoding: bytes, as: UTF8.self) == name
                    offset = start + Int(event.len)
                }
            }
        }
        return found
    }
}
