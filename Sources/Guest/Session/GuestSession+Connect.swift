import CLibssh
import Support

extension GuestSession {
    /// Connects and logs in.
    ///
    /// A guest that still boots is waited for: attempts are repeated until `deadline`.
    /// - Throws: `GuestError`: `unreachable`, `timeout`, `hostKeyMismatch`, `authenticationRefused`, `invalidKey`,
    ///   `connectionLost`; `CancellationError`.
    package static func connect(
        to endpoint: GuestEndpoint, watch: LinkWatch = LinkWatch(), deadline: ContinuousClock.Instant
    ) async throws -> GuestSession {
        let session = try GuestSession(endpoint: endpoint, watch: watch)
        try await session.establish(deadline: deadline)
        return session
    }

    private func establish(deadline: ContinuousClock.Instant) async throws {
        attachToThread()
        let key = try privateKey()
        defer { ssh_key_free(key) }
        let descriptor = try await speakingSocket(deadline: deadline)
        SocketOptions.apply(to: descriptor, sendLimit: watch.deadAfter)
        let link = try SSHLink(endpoint: endpoint, descriptor: descriptor)

        try await drive(link, deadline, "agree on keys") { ssh_connect(link.handle) }
        try checkHostKey(link)
        if try await !logIn(link, deadline, { ssh_userauth_publickey(link.handle, nil, key) }) {
            guard let password = endpoint.password,
                try await logIn(link, deadline, { ssh_userauth_password(link.handle, nil, password) })
            else { throw refusal() }
        }
        begin(link)
    }

    /// Whether the guest lets us in this way.
    private func logIn(
        _ link: SSHLink, _ deadline: ContinuousClock.Instant, _ call: () -> Int32
    ) async throws -> Bool {
        var isIn = false
        try await drive(link, deadline, "log in") {
            switch ssh_auth_e(call()) {
            case SSH_AUTH_SUCCESS:
                isIn = true
                return SSH_OK
            case SSH_AUTH_AGAIN: return SSH_AGAIN
            case SSH_AUTH_DENIED, SSH_AUTH_PARTIAL: return SSH_OK
            default: return SSH_ERROR
            }
        }
        return isIn
    }

    /// Repeats a call of libssh, which must not block, until it is done.
    private func drive(
        _ link: SSHLink, _ deadline: ContinuousClock.Instant, _ what: String, _ call: () throws -> Int32
    ) async throws {
        while true {
            switch try call() {
            case SSH_OK: return
            case SSH_AGAIN: break
            default:
                throw GuestError(.connectionLost, node: endpoint.node, "could not \(what): \(link.errorText)")
            }
            guard .now < deadline else {
                throw GuestError(.timeout, node: endpoint.node, "the guest did not \(what) in time")
            }
            try await ready([link.wanted], deadline: deadline)
        }
    }

    private func privateKey() throws -> ssh_key {
        var key: ssh_key?
        guard ssh_pki_import_privkey_file(endpoint.privateKeyPath, nil, nil, nil, &key) == SSH_OK, let key else {
            throw GuestError(
                .invalidKey, node: endpoint.node, "cannot read the private key \(endpoint.privateKeyPath)",
                hint: "it must exist, be readable and have no passphrase")
        }
        return key
    }

    private func checkHostKey(_ link: SSHLink) throws {
        var key: ssh_key?
        guard ssh_get_server_publickey(link.handle, &key) == SSH_OK, let key else {
            throw GuestError(.hostKeyMismatch, node: endpoint.node, "the guest showed no host key")
        }
        defer { ssh_key_free(key) }
        let shown = HostKey.fingerprint(of: key)
        shownHostKey = shown
        guard let expected = endpoint.hostKey?.fingerprint, shown != expected else { return }
        throw GuestError(
            .hostKeyMismatch, node: endpoint.node, "the host key is \(shown ?? "unreadable"), expected \(expected)")
    }

    private func refusal() -> GuestError {
        GuestError(
            .authenticationRefused, node: endpoint.node,
            "the guest does not let \(endpoint.user) in with the key \(endpoint.privateKeyPath)"
                + (endpoint.password == nil ? "" : " or the password"))
    }
}
