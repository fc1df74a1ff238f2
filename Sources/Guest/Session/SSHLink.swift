import CLibssh
import Support

/// The owner of one libssh session over a connected socket, in non-blocking mode.
///
/// libssh leaves the socket itself in blocking mode. It writes only after poll(2) has called the socket writable, which
/// means that a third of the send buffer is free (tcp_poll), and we keep less than that in libssh's own buffer
/// (`isCongested`): so its send(2) never blocks. The socket's send time limit is the second line of defence.
final class SSHLink {
    let handle: ssh_session
    private let event: ssh_event
    private let counter: UnsafeMutablePointer<ssh_counter_struct>
    private var isEventful = false

    /// - Parameter descriptor: a connected socket, which the link owns from here on, also if this throws.
    init(endpoint: GuestEndpoint, descriptor: Int32) throws {
        guard let handle = ssh_new(), let event = ssh_event_new() else {
            close(descriptor)
            throw GuestError(.connectionLost, node: endpoint.node, "libssh has no memory for a session")
        }
        self.handle = handle
        self.event = event
        counter = .allocate(capacity: 1)
        counter.initialize(to: ssh_counter_struct())
        ssh_set_counters(handle, counter, nil)
        do {
            try setOptions(endpoint, descriptor)
        } catch {
            close(descriptor)
            throw error
        }
        ssh_set_blocking(handle, 0)
    }

    deinit {
        if isEventful { ssh_event_remove_session(event, handle) }
        ssh_event_free(event)
        // libssh closes a socket that it was given only after an error (ssh_disconnect, "Do not close the socket").
        let socket = descriptor
        ssh_disconnect(handle)
        ssh_free(handle)
        if socket >= 0 { close(socket) }
        counter.deinitialize(count: 1)
        counter.deallocate()
    }

    private func setOptions(_ endpoint: GuestEndpoint, _ descriptor: Int32) throws {
        var socket = descriptor
        ssh_options_set(handle, SSH_OPTIONS_FD, &socket)
        var no = false
        ssh_options_set(handle, SSH_OPTIONS_PROCESS_CONFIG, &no)
        var texts: [(ssh_options_e, String)] = [
            (SSH_OPTIONS_HOST, endpoint.host),
            (SSH_OPTIONS_USER, endpoint.user),
            // Even a host key that is checked by hand makes libssh look here for the order of algorithms.
            (SSH_OPTIONS_KNOWNHOSTS, "/dev/null"),
            (SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null"),
            // The cheapest first, for a guest that is emulated and has no instructions for AES.
            (SSH_OPTIONS_KEY_EXCHANGE, Self.keyExchanges),
            (SSH_OPTIONS_CIPHERS_C_S, Self.ciphers),
            (SSH_OPTIONS_CIPHERS_S_C, Self.ciphers),
            (SSH_OPTIONS_HMAC_C_S, Self.macs),
            (SSH_OPTIONS_HMAC_S_C, Self.macs),
        ]
        if let algorithm = endpoint.hostKey?.algorithm {
            let names = algorithm == "ssh-rsa" ? "rsa-sha2-256,rsa-sha2-512,ssh-rsa" : algorithm
            texts.append((SSH_OPTIONS_HOSTKEYS, names))
        }
        for (option, text) in texts where ssh_options_set(handle, option, text) != SSH_OK {
            throw GuestError(.connectionLost, node: endpoint.node, "libssh: \(errorText)")
        }
    }

    private static let keyExchanges =
        "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,diffie-hellman-group14-sha256"
    private static let ciphers = "chacha20-poly1305@openssh.com,aes128-ctr,aes256-ctr"
    private static let macs = "hmac-sha2-256,hmac-sha2-256-etm@openssh.com,hmac-sha1"

    /// What libssh said last.
    var errorText: String { String(cString: ssh_get_error(UnsafeMutableRawPointer(handle))) }

    var descriptor: Int32 { ssh_get_fd(handle) }

    var isConnected: Bool {
        ssh_is_connected(handle) != 0 && ssh_get_status(handle) & (SSH_CLOSED | SSH_CLOSED_ERROR) == 0
    }

    /// Whether libssh has bytes that the socket has not taken; then nobody should give it more.
    var isCongested: Bool { ssh_get_status(handle) & SSH_WRITE_PENDING != 0 }

    /// All bytes that the guest has sent.
    var received: UInt64 { counter.pointee.in_bytes }

    /// What to wait for on the socket.
    var wanted: pollfd {
        let wantsWrite = ssh_get_poll_flags(handle) & SSH_WRITE_PENDING != 0
        return pollfd(fd: descriptor, events: Int16(wantsWrite ? POLLIN | POLLOUT : POLLIN), revents: 0)
    }

    /// To be called once, after the handshake.
    func becomeEventful() {
        ssh_event_add_session(event, handle)
        isEventful = true
    }

    /// Sends and receives what the socket has ready. Channel callbacks run within.
    func pump() {
        defer { SocketOptions.acknowledgeAtOnce(descriptor) }
        // libssh reads 4 KiB at a time; the bound keeps jobs and other descriptors from starving.
        for _ in 0..<256 where ssh_event_dopoll(event, 0) != SSH_OK { return }
    }

    /// Asks the guest for a sign of life.
    func probe() {
        // The first call collects the last answer if there is one that was not, and the second one asks again.
        ssh_send_keepalive(handle)
        ssh_send_keepalive(handle)
    }
}
