import Support
import SystemPackage

/// The bytes of a serial console: what was written and not yet looked at, and how more is waited for.
///
/// It blocks its thread, and belongs to one.
final class ConsoleLine {
    /// Why nothing more comes.
    enum Failure: Error {
        /// The guest's QEMU, or whatever holds the other end, has closed it.
        case closed
        /// The deadline has passed.
        case late
        /// Whoever wanted it, does not any more.
        case cancelled
    }

    private let descriptor: FileDescriptor
    /// Signalled to end a wait.
    let cancelled: WakeEvent
    /// What has come and was not taken.
    private(set) var buffer: [UInt8] = []

    /// - Parameter descriptor: of a socket or a terminal; it is closed with this.
    init(descriptor: Int32) throws {
        self.descriptor = FileDescriptor(rawValue: descriptor)
        cancelled = try WakeEvent()
    }

    deinit { try? descriptor.close() }

    /// Connects to a Unix socket on which QEMU serves a guest's console.
    static func connect(_ path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("create a socket") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            Glibc.close(descriptor)
            throw SystemError("connect to \(path)", errno: ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard connected else {
            let error = SystemError("connect to \(path)")
            Glibc.close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Types a text. A guest that reads nothing blocks it until the deadline.
    func send(_ text: String, by deadline: ContinuousClock.Instant) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            try wait(for: POLLOUT, until: deadline)
            // A piece that a pipe takes at once, so that the write does not block.
            let piece = Array(rest.prefix(1024))
            do {
                rest = rest.dropFirst(try piece.withUnsafeBytes { try descriptor.write($0) })
            } catch {
                throw Failure.closed
            }
        }
    }

    /// Waits for more, and adds it to `buffer`.
    ///
    /// - Throws: `Failure`.
    func receive(until deadline: ContinuousClock.Instant?) throws {
        try wait(for: POLLIN, until: deadline)
        // A terminal whose other end was closed gives an error instead of an end.
        guard let piece = try? descriptor.piece(), !piece.isEmpty else { throw Failure.closed }
        buffer += piece
    }

    /// Forgets what has come.
    func clear() { buffer.removeAll(keepingCapacity: true) }

    /// Forgets the beginning of what has come.
    func drop(_ count: Int) { buffer.removeFirst(count) }

    private func wait(for event: Int32, until deadline: ContinuousClock.Instant?) throws {
        while true {
            var polled = [
                pollfd(fd: descriptor.rawValue, events: Int16(event), revents: 0),
                pollfd(fd: cancelled.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&polled, 2, deadline.pollLimit)
            if polled[1].revents != 0 { throw Failure.cancelled }
            if polled[0].revents != 0 { return }
            if count == 0 { throw Failure.late }
        }
    }
}
