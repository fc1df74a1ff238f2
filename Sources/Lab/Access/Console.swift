import Guest
import Support
import SystemPackage

/// An interactive connection to a node's serial console, which works when the guest's network does not.
package struct Console: Sendable {
    /// The key that ends it: Ctrl-], as in telnet and virsh.
    static let detachKey: UInt8 = 0x1d

    /// Why a connection ended.
    package enum End: Sendable {
        /// The user typed the detach key, or the input is over and so is the time to drain the output.
        case detached
        /// The guest is gone.
        case closed
        /// The task that had attached it was cancelled.
        case cancelled
    }

    private let descriptor: Int32
    private let node: String
    /// Held until the end.
    private let lock: FileLock

    /// Takes the console, and connects to its socket.
    ///
    /// - Throws: `GuestError.Code.busy` if somebody has it, be it a command that reaches the guest by it alone.
    package init(_ record: NodeRecord, of access: LabAccess) throws {
        node = record.name
        lock = try ConsoleLock.attach(
            node: node, path: access.paths.consoleLock(node), purpose: access.environment.purpose)
        let path = access.paths.consoleSocket(node)
        descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("create a socket") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw SystemError("connect to \(path)", errno: ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard connected else {
            let error = SystemError("connect to \(path)")
            close(descriptor)
            throw LabError(
                .guestDied, "\(node): no console: \(error.summary)",
                hint:
                    "`popcorn-lab status` tells whether the guest runs; `popcorn-lab logs --serial \(node)` shows its last words"
            )
        }
    }

    /// Passes bytes both ways until the detach key, the end of the guest, or cancellation; closes the connection.
    ///
    /// - Parameters:
    ///   - input: a terminal in raw mode, or a pipe, whose end leaves the output running for `drain`.
    ///   - drain: how long to go on reading after the input's end; `nil` ends with the input.
    package func attach(input: Int32, output: Int32, drain: Duration?) async throws -> End {
        let cancelled = try WakeEvent()
        defer { close(descriptor) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                ThreadExecutor.detach(name: "console") {
                    continuation.resume(
                        with: Result { try copy(input: input, output: output, drain: drain, cancelled: cancelled) })
                }
            }
        } onCancel: {
            cancelled.signal()
        }
    }

    private func copy(input: Int32, output: Int32, drain: Duration?, cancelled: WakeEvent) throws -> End {
        var inputOpen = true
        var deadline: ContinuousClock.Instant?
        while true {
            var polled = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: cancelled.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: inputOpen ? input : -1, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&polled, 3, deadline.pollLimit)
            if polled[1].revents != 0 { return .cancelled }
            if ready == 0 { return .detached }
            if polled[0].revents != 0 {
                let said = try? FileDescriptor(rawValue: descriptor).piece()
                guard let said, !said.isEmpty else { return .closed }
                try AtomicFile.writeAll(said, to: output, name: "standard output")
            }
            if polled[2].revents != 0 {
                guard let typed = try? FileDescriptor(rawValue: input).piece(), !typed.isEmpty else {
                    // In raw mode a terminal has no end but its own.
                    guard let drain else { return .detached }
                    inputOpen = false
                    deadline = .now + drain
                    continue
                }
                let end = typed.firstIndex(of: Self.detachKey)
                try AtomicFile.writeAll(typed[..<(end ?? typed.endIndex)], to: descriptor, name: "\(node)'s console")
                if end != nil { return .detached }
            }
        }
    }
}
