/// Waits for the end of a process, which need not be a child, until cancelled.
package final class ExitWatch: Sendable {
    private let process: ProcessIdentity
    private let cancelled: WakeEvent

    /// Prepares to wait for the end of `process`, which may be gone already.
    ///
    /// - Throws: `SystemError` if this process may have no more descriptors.
    package init(_ process: ProcessIdentity) throws {
        self.process = process
        cancelled = try WakeEvent()
    }

    /// Makes `wait` return, now and from now on; any thread may call it.
    package func cancel() { cancelled.signal() }

    /// Blocks until the process is gone or `cancel` was called.
    package func wait() {
        guard let descriptor = process.openDescriptor() else { return }
        defer { close(descriptor) }
        var polled = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: cancelled.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&polled, 2, -1) < 0 && errno == EINTR {}
    }

    /// Returns when the process ends.
    ///
    /// - Throws: `CancellationError`; `SystemError` if the host is out of descriptors.
    package static func end(of process: ProcessIdentity) async throws {
        let watch = try ExitWatch(process)
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                ThreadExecutor.detach(name: "exit") {
                    watch.wait()
                    continuation.resume()
                }
            }
        } onCancel: {
            watch.cancel()
        }
        try Task.checkCancellation()
    }
}
