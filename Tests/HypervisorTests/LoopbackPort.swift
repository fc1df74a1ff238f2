import Support
import Testing

/// A TCP port of the loopback that is taken for as long as this lives.
final class LoopbackPort: Sendable {
    let number: UInt16
    private let descriptor: Int32

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 1) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        self.descriptor = descriptor
        try #require(bound, "cannot listen on the loopback: \(errorText(errno))")
        number = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }

    /// A port that nobody uses at the moment.
    static func free() throws -> UInt16 { try LoopbackPort().number }
}
