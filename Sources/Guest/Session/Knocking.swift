import Support

/// Knocking at a guest's port until its SSH server speaks.
///
/// QEMU's user networking accepts a connection before the guest listens, and then repeats its own SYN to the guest
/// after ever longer pauses. So a silent connection says nothing: we open another beside it, and the first that
/// delivers a byte wins.
struct Knocking {
    struct Attempt {
        var descriptor: Int32
        var isConnected = false
    }

    /// Few enough for a server that limits half-open logins (dropbear: 5 per address).
    static let most = 4
    private static let firstPatience = Duration.milliseconds(250)
    private static let lastPatience = Duration.seconds(2)
    private static let firstPause = Duration.milliseconds(20)
    private static let lastPause = Duration.milliseconds(200)

    var attempts: [Attempt] = []
    /// What the last attempt said.
    var lastProblem = "no attempt was made"
    var hasConnected = false
    private var patience = Self.firstPatience
    private var pause = Self.firstPause
    private(set) var nextKnock = ContinuousClock.now

    /// Starts a connection to `address`; an immediate failure is remembered.
    mutating func knock(at address: SocketAddress) {
        nextKnock = .now + patience
        patience = min(patience * 2, Self.lastPatience)
        if attempts.count == Self.most { close(attempts.removeFirst().descriptor) }
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue) | O_NONBLOCK | O_CLOEXEC, 0)
        guard descriptor >= 0 else { return failed(currentErrno()) }
        let result = address.withPointer { connect(descriptor, $0, $1) }
        if result == 0 || errno == EINPROGRESS {
            attempts.append(Attempt(descriptor: descriptor))
        } else {
            let code = errno
            close(descriptor)
            failed(code)
        }
    }

    /// Looks at every attempt; returns the socket on which a server has spoken.
    mutating func speaking() -> Int32? {
        var waiting: [Attempt] = []
        var winner: Int32?
        for var attempt in attempts {
            switch Self.look(at: &attempt) {
            case .speaking where winner == nil: winner = attempt.descriptor
            case .silent, .speaking:
                hasConnected = hasConnected || attempt.isConnected
                waiting.append(attempt)
            case .failed(let code):
                close(attempt.descriptor)
                failed(code)
            }
        }
        attempts = waiting
        if winner != nil { giveUp() }
        return winner
    }

    mutating func giveUp() {
        for attempt in attempts { close(attempt.descriptor) }
        attempts = []
    }

    var wanted: [pollfd] {
        attempts.map { pollfd(fd: $0.descriptor, events: Int16($0.isConnected ? POLLIN : POLLOUT), revents: 0) }
    }

    private mutating func failed(_ code: Int32) {
        lastProblem = code == 0 ? "the connection was closed before the server spoke" : errorText(code)
        nextKnock = min(nextKnock, .now + pause)
        pause = min(pause * 2, Self.lastPause)
    }

    private enum Look {
        case silent
        case speaking
        case failed(Int32)
    }

    private static func look(at attempt: inout Attempt) -> Look {
        var event = pollfd(fd: attempt.descriptor, events: Int16(POLLIN | POLLOUT), revents: 0)
        guard poll(&event, 1, 0) > 0 else { return .silent }
        if !attempt.isConnected {
            var code: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(attempt.descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
            if code != 0 { return .failed(code) }
            attempt.isConnected = true
        }
        var byte: UInt8 = 0
        let count = recv(attempt.descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        if count > 0 { return .speaking }
        if count == 0 { return .failed(0) }
        return errno == EAGAIN || errno == EINTR ? .silent : .failed(errno)
    }
}

extension GuestSession {
    /// A connected socket on which the guest's SSH server has begun to speak.
    func speakingSocket(deadline: ContinuousClock.Instant) async throws -> Int32 {
        let addresses = try SocketAddress.resolve(endpoint.host, port: endpoint.port, node: endpoint.node)
        var knocking = Knocking()
        defer { knocking.giveUp() }
        var turn = 0
        while true {
            if knocking.nextKnock <= .now {
                knocking.knock(at: addresses[turn % addresses.count])
                turn += 1
            }
            if let socket = knocking.speaking() { return socket }
            guard .now < deadline else { throw silence(knocking) }
            try await ready(knocking.wanted, deadline: min(deadline, knocking.nextKnock))
            try Task.checkCancellation()
        }
    }

    private func silence(_ knocking: Knocking) -> GuestError {
        let place = "\(endpoint.host) port \(endpoint.port)"
        if knocking.hasConnected {
            return GuestError(
                .timeout, node: endpoint.node, "\(place) accepts connections, but no SSH server spoke in time")
        }
        return GuestError(.unreachable, node: endpoint.node, "cannot connect to \(place): \(knocking.lastProblem)")
    }
}

/// An address of a host, as connect(2) takes it.
struct SocketAddress {
    private var storage: sockaddr_storage
    private var size: socklen_t

    var family: Int32 { Int32(storage.ss_family) }

    func withPointer<T>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
        }
    }

    /// All addresses of `host`, at least one. It may ask the name service, and blocks the thread for that.
    static func resolve(_ host: String, port: UInt16, node: String) throws -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, String(port), &hints, &list)
        defer { if list != nil { freeaddrinfo(list) } }
        var addresses: [SocketAddress] = []
        var next = list
        while let entry = next {
            if let address = entry.pointee.ai_addr {
                var storage = sockaddr_storage()
                withUnsafeMutableBytes(of: &storage) {
                    $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(entry.pointee.ai_addrlen)))
                }
                addresses.append(SocketAddress(storage: storage, size: entry.pointee.ai_addrlen))
            }
            next = entry.pointee.ai_next
        }
        guard result == 0, !addresses.isEmpty else {
            throw GuestError(
                .unreachable, node: node, "cannot find the host \(host): \(String(cString: gai_strerror(result)))")
        }
        return addresses
    }
}
