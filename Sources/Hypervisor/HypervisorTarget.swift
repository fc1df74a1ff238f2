import Support

/// Which libvirt a lab uses, and why that one.
package struct HypervisorTarget: Sendable, Hashable {
    /// How the target was found, and where libvirt's driver runs.
    package enum Kind: String, Sendable, CaseIterable {
        /// What `--connect` or `LIBVIRT_DEFAULT_URI` named.
        case explicit
        /// The user's own daemon, which libvirt starts by itself.
        case session
        /// The host's daemon.
        case system
        /// libvirt's QEMU driver inside a process of ours, without any daemon.
        case embedded
    }

    var kind: Kind
    /// The connection's URI as libvirt takes it, such as `qemu:///session` (https://libvirt.org/uri.html).
    package var uri: String
    /// Why this one was taken, for `doctor`.
    package var reason: String

    /// Takes what it is given; whether anybody answers at `uri` shows when a connection is opened.
    package init(kind: Kind, uri: String, reason: String) {
        self.kind = kind
        self.uri = uri
        self.reason = reason
    }

    /// The root directory if the driver is embedded.
    var embeddedRoot: String? {
        guard uri.hasPrefix("qemu:///embed"), let query = uri.split(separator: "?", maxSplits: 1).dropFirst().first
        else {
            return nil
        }
        for parameter in query.split(separator: "&") where parameter.hasPrefix("root=") {
            return Self.percentDecoded(parameter.dropFirst("root=".count))
        }
        return nil
    }

    /// Whether guests are processes of this host: the URI names no other (`qemu://HOST/…`, `qemu+ssh://…`).
    package var isLocal: Bool {
        guard let colon = uri.firstIndex(of: ":"), uri[colon...].hasPrefix("://") else { return true }
        return uri[colon...].hasPrefix(":///")
    }

    /// The embedded driver below `root`.
    package static func embedded(root: String, reason: String) -> HypervisorTarget {
        HypervisorTarget(kind: .embedded, uri: "qemu:///embed?root=" + percentEncoded(root), reason: reason)
    }

    /// Chooses as the design says: what was asked for; else the session for a user; else, for root, the system's daemon if
    /// it answers, and the embedded driver if not.
    ///
    /// - Parameters:
    ///   - connect: the value of `--connect`.
    ///   - embeddedRoot: where the embedded driver keeps its state.
    /// - Throws: `HypervisorError.Code.cannotConnect` if an ordinary user's host has no libvirt daemon to start.
    package static func choose(
        connect: String?, environment: [String: String], embeddedRoot: String, host: some HypervisorHost = LocalHost()
    ) throws -> HypervisorTarget {
        if let connect, !connect.isEmpty {
            return HypervisorTarget(kind: .explicit, uri: connect, reason: "--connect asks for it")
        }
        if let uri = environment["LIBVIRT_DEFAULT_URI"], !uri.isEmpty {
            return HypervisorTarget(kind: .explicit, uri: uri, reason: "LIBVIRT_DEFAULT_URI asks for it")
        }
        if host.user != 0 {
            guard let daemon = daemons.first(where: host.isExecutable) else {
                throw HypervisorError(
                    .cannotConnect,
                    "no libvirt daemon is installed for user \(host.user): \(daemons.joined(separator: ", "))",
                    hint: "install the packages libvirt-daemon and libvirt-daemon-driver-qemu")
            }
            return HypervisorTarget(
                kind: .session, uri: "qemu:///session", reason: "an ordinary user's guests run under \(daemon)")
        }
        if let socket = systemSockets.first(where: host.answers) {
            return HypervisorTarget(
                kind: .system, uri: "qemu:///system", reason: "the host's daemon answers at \(socket)")
        }
        return .embedded(
            root: embeddedRoot, reason: "no daemon answers at " + systemSockets.joined(separator: " or "))
    }

    static let daemons = ["/usr/sbin/virtqemud", "/usr/sbin/libvirtd"]
    /// The modular daemon's socket first: libvirt prefers it too.
    static let systemSockets = ["/run/libvirt/virtqemud-sock", "/run/libvirt/libvirt-sock"]

    /// Everything but what RFC 3986 lets stand in a query's value is written as `%XX`.
    private static func percentEncoded(_ text: String) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/".utf8)
        return text.utf8.reduce(into: "") { result, byte in
            if plain.contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%" + hexadecimal([byte]).uppercased()
            }
        }
    }

    private static func percentDecoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), digits.utf8.count == 2, let value = UInt8(digits, radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What the choice of a connection asks about the host.
package protocol HypervisorHost {
    /// The effective user id, 0 for root.
    var user: uid_t { get }
    /// Whether there is a file at `path` that we may execute.
    func isExecutable(_ path: String) -> Bool
    /// Whether somebody accepts connections at a socket.
    func answers(_ socket: String) -> Bool
}

/// The host that we run on.
package struct LocalHost: HypervisorHost {
    package init() {}

    /// The effective user id of this process.
    package var user: uid_t { geteuid() }

    /// Asks access(2), which decides by the real user id.
    package func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

    /// Connects and hangs up: a socket that a dead daemon left behind refuses, and nobody has to wait for an answer.
    package func answers(_ path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { buffer in
            guard path.utf8.count < buffer.count else { return false }
            buffer.copyBytes(from: path.utf8)
            return true
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard fits, descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}
