import Support

/// What we want of a socket to a guest.
enum SocketOptions {
    /// More than a libssh packet and a third of it free means that send(2) of what we queue does not block.
    private static let sendBuffer: Int32 = 256 << 10

    /// To be repeated after each read, as Linux falls back to delayed acknowledgements (tcp(7), TCP_QUICKACK).
    ///
    /// A server that leaves Nagle's algorithm on holds back the exit status until its last packet is acknowledged.
    /// That costs 40 ms per command, measured with dropbear in inetd mode.
    static func acknowledgeAtOnce(_ descriptor: Int32) {
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_QUICKACK, &yes, socklen_t(MemoryLayout<Int32>.size))
    }

    static func apply(to descriptor: Int32, sendLimit: Duration) {
        var yes: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        // Small packets go out at once: every keystroke and every request is one.
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, size)
        var buffer = sendBuffer
        setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &buffer, size)
        var limit = timeval(tv_sec: Int(sendLimit.components.seconds) + 1, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        // libssh expects a blocking socket: it takes EAGAIN for a broken connection.
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK)
    }
}
