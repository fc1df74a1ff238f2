import CLinux

/// An eventfd: wakes a thread that polls its descriptor, from any other thread.
package final class WakeEvent: Sendable {
    /// Readable once `signal` was called, until `take` is.
    package let descriptor: Int32

    /// Makes an event that nobody has signalled.
    ///
    /// - Throws: `SystemError` if this process may have no more descriptors.
    package init() throws {
        descriptor = linux_eventfd()
        guard descriptor >= 0 else { throw SystemError("create an eventfd") }
    }

    deinit { close(descriptor) }

    /// Makes the descriptor readable and counts one; any thread may call it.
    package func signal() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout.size(ofValue: one))
    }

    /// How often `signal` was called since this was last asked.
    @discardableResult
    package func take() -> Int {
        var count: UInt64 = 0
        return read(descriptor, &count, MemoryLayout.size(ofValue: count)) > 0 ? Int(count) : 0
    }

    /// Blocks until `signal` was called `count` times since the last wait.
    package func wait(for count: Int) {
        var seen = take()
        while seen < count {
            var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            poll(&event, 1, -1)
            seen += take()
        }
    }
}
