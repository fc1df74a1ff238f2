import FoundationEssentials
import Support
import SystemPackage

/// JSON values over a stream socket, one a line. Calls block.
struct MessageSocket: ~Copyable {
    private let descriptor: Int32
    private var received: [UInt8] = []

    /// Takes over `descriptor` and closes it at the end.
    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    func send(_ value: some Encodable) throws {
        var line = try JSONEncoder().encode(value)
        line.append(UInt8(ascii: "\n"))
        // A peer that died must not kill us by SIGPIPE.
        var rest = line[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemError("send to the other side of the hypervisor helper")
            }
            rest = rest.dropFirst(count)
        }
    }

    /// The next value, or `nil` if the peer has hung up.
    ///
    /// - Throws: `SystemError` with `ETIMEDOUT` if nothing comes for `limit`.
    mutating func receive<Value: Decodable>(_ type: Value.Type, limit: Duration? = nil) throws -> Value? {
        let deadline = limit.map { ContinuousClock.now + $0 }
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                defer { received.removeSubrange(...end) }
                return try JSONDecoder().decode(type, from: Data(received[..<end]))
            }
            if let deadline {
                var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                let ready = poll(&event, 1, deadline.pollLimit)
                if ready < 0 && errno == EINTR { continue }
                guard ready > 0 else { throw SystemError("wait for the hypervisor helper", errno: ETIMEDOUT) }
            }
            let piece = try SystemError.naming("read from the hypervisor helper") {
                // A peer that died with our request unread has hung up, too.
                do { return try FileDescriptor(rawValue: descriptor).piece() } catch Errno.connectionReset { return [] }
            }
            if piece.isEmpty { return nil }
            received += piece
        }
    }
}
