import FoundationEssentials
import Support
import TestSupport
import Testing

@testable import Guest

/// A real SSH server on a free port of 127.0.0.1, with keys of its own.
final class TestServer: Sendable {
    enum Kind: String, Sendable, CaseIterable, CustomTestStringConvertible {
        case openSSH
        case dropbear
        var testDescription: String { rawValue }
    }

    let directory: Scratch
    let process: ServerProcess
    let port: UInt16
    let hostKey: SSHKeyPair

    init(_ kind: Kind, extraConfiguration: String = "", extraOptions: [String] = [], withFileServer: Bool = true) throws
    {
        directory = try Scratch()
        port = try freePort()
        hostKey = try SSHKeyPair.generate(comment: "host")
        let login = try SSHKeyPair.generate(comment: "login")
        try directory.write(login.privateKeyText, to: "login", mode: 0o600)
        try directory.write(login.publicKeyLine + "\n", to: "login.pub")
        switch kind {
        case .openSSH:
            try Self.require("/usr/sbin/sshd", package: "openssh-server")
            try Directories.create("/run/sshd")
            try directory.write(hostKey.privateKeyText, to: "host", mode: 0o600)
            let configuration = """
                Port \(port)
                ListenAddress 127.0.0.1
                HostKey \(directory.file("host"))
                AuthorizedKeysFile \(directory.file("login.pub"))
                StrictModes no
                UsePAM no
                PidFile none
                PermitRootLogin prohibit-password
                UseDNS no
                MaxSessions 64
                MaxStartups 100
                \(withFileServer ? "Subsystem sftp /usr/lib/openssh/sftp-server" : "")
                \(extraConfiguration)

                """
            try directory.write(configuration, to: "sshd_config")
            process = try ServerProcess(
                ["/usr/sbin/sshd", "-D", "-e", "-f", directory.file("sshd_config")], output: directory.file("log"))
        case .dropbear:
            try Self.require("/usr/sbin/dropbear", package: "dropbear-bin")
            try directory.write(hostKey.dropbearHostKey, to: "host", mode: 0o600)
            // dropbear reads the keys in root's home only: it gets a home of its own in a mount namespace.
            try Directories.create(directory.file("home/.ssh"))
            try directory.write(login.publicKeyLine + "\n", to: "home/.ssh/authorized_keys", mode: 0o600)
            let script = """
                mount --bind \(directory.file("home")) \(homeDirectory()) && exec /usr/sbin/dropbear \
                -F -E -s -m -r \(directory.file("host")) -P \(directory.file("pid")) -p 127.0.0.1:\(port) \
                \(extraOptions.joined(separator: " "))
                """
            process = try ServerProcess(["unshare", "--mount", "sh", "-c", script], output: directory.file("log"))
        }
    }

    func endpoint(
        node: String = "x86", hostKey: String? = nil, privateKeyPath: String? = nil
    ) throws -> GuestEndpoint {
        try GuestEndpoint(
            node: node, port: port, user: userName(), privateKeyPath: privateKeyPath ?? directory.file("login"),
            hostKey: hostKey ?? self.hostKey.publicKeyLine)
    }

    func connect(watch: LinkWatch = LinkWatch()) async throws -> GuestSession {
        do {
            return try await GuestSession.connect(to: endpoint(), watch: watch, deadline: .now + .seconds(20))
        } catch {
            let log = FileManager.default.contents(atPath: directory.file("log")) ?? Data()
            Issue.record("the server said: \(String(decoding: log, as: UTF8.self))")
            throw error
        }
    }

    private static func require(_ program: String, package: String) throws {
        guard access(program, X_OK) == 0 else { throw SystemError("\(program) is missing: install \(package)") }
        guard getuid() == 0 else {
            throw SystemError("these tests start SSH servers and must run as root", errno: EPERM)
        }
    }
}

func userName() -> String { getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "root" }

func homeDirectory() -> String { getpwuid(getuid()).map { String(cString: $0.pointee.pw_dir) } ?? "/root" }

/// A socket that listens on 127.0.0.1 and accepts into its queue only.
final class Listener: Sendable {
    let descriptor: Int32
    let port: UInt16

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isBound, listen(descriptor, 16) == 0 else { throw SystemError("listen on 127.0.0.1") }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}

/// A port that nobody listens on now.
func freePort() throws -> UInt16 { try Listener().port }
