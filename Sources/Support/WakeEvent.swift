import CLinux

/// An eventfd: wakes a thread that polls its descriptor, from any other thread.
public final class WakeEvent: Sendable {
    /// Readable once `signal` was called.
    public let descriptor: Int32

    public init() throws {
        descriptor = linux_eventfd()
        guard descriptor >= 0 else { throw SystemError("create an eventfd") }
    }

    deinit { close(descriptor) }

    public func signal() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout.size(ofValue: one))
    }

    /// Blocks until `signal` was called `count` times since the last wait.
    public func wait(for count: Int) {
        var seen: UInt64 = 0
        while seen < UInt64(count) {
            var more: UInt64 = 0
            if read(descriptor, &more, MemoryLayout.size(ofValue: more)) > 0 { seen += more }
        }
    }
}
