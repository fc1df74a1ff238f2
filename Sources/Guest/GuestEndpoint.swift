import Support

/// Where and as whom a guest is reached, and how it proves who it is.
package struct GuestEndpoint: Sendable, Hashable {
    /// The node's name, for errors and the thread's name.
    package var node: String
    /// A name or an address. The forwarded port of a lab's guest is on 127.0.0.1.
    package var host: String
    /// The TCP port at which `host` leads to the guest's SSH server.
    package var port: UInt16
    var user: String
    /// The private key's file, without a passphrase.
    package var privateKeyPath: String
    /// What is tried when the key does not open the guest; `nil` for nothing.
    package var password: String?
    /// The key that the guest must show, or the connection fails with `hostKeyMismatch`; `nil` if it is not known yet.
    package var hostKey: HostKey?

    /// - Parameter hostKey: `ssh-ed25519 AAAA…`, or its fingerprint `SHA256:…`, which is always checked then; `nil` for a guest of
    ///   which nobody knows it yet.
    /// - Throws: `GuestError.Code.invalidKey`.
    package init(
        node: String, host: String = "127.0.0.1", port: UInt16, user: String = "root", privateKeyPath: String,
        password: String? = nil, hostKey: String?
    ) throws {
        self.node = node
        self.host = host
        self.port = port
        self.user = user
        self.privateKeyPath = privateKeyPath
        self.password = password
        self.hostKey = try hostKey.map { try HostKey($0, node: node) }
    }
}

/// How long silence may last. A paused guest or a cut link sends no reset, so only silence tells.
///
/// The link is watched while something waits for the guest; an idle session costs nothing.
package struct LinkWatch: Sendable, Hashable {
    /// After this much silence the guest is asked for a sign of life.
    package var probeAfter: Duration
    /// After this much silence the connection counts as lost.
    package var deadAfter: Duration

    /// Both count from the last byte that came, or from when something began to wait for the guest.
    package init(probeAfter: Duration = .seconds(2), deadAfter: Duration = .seconds(6)) {
        self.probeAfter = probeAfter
        self.deadAfter = deadAfter
    }
}
