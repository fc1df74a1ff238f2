import FoundationEssentials
import Support
import TestSupport
import Testing

@testable import Guest

extension GuestAccess {
    @Suite("the connection to a guest")
    struct ConnectionTests {
        /// Short limits, so that the tests are; what they measure is that a bound exists at all.
        private let quick = LinkWatch(probeAfter: .milliseconds(300), deadAfter: .seconds(1))
        private let bound = Duration.seconds(15)
        private let scratch: Scratch

        init() throws { scratch = try Scratch() }

        @Test(
            "a guest with another host key is refused, and both fingerprints are shown",
            arguments: TestServer.Kind.allCases)
        func hostKeyMismatch(kind: TestServer.Kind) async throws {
            let server = try TestServer(kind)
            let other = try SSHKeyPair.generate(comment: "other")
            let endpoint = try server.endpoint(hostKey: other.publicKeyLine)
            let error = await #expect(throws: GuestError.self) {
                try await GuestSession.connect(to: endpoint, deadline: .now + .seconds(20))
            }
            let (wrong, right) = try (fingerprint(other), fingerprint(server.hostKey))
            #expect(error?.code == .hostKeyMismatch)
            #expect(error?.summary == "x86: the host key is \(right), expected \(wrong)")

            let byFingerprint = try await GuestSession.connect(
                to: server.endpoint(hostKey: right), deadline: .now + .seconds(20))
            #expect(try await byFingerprint.exec("true", deadline: .now + bound).succeeded)
        }

        @Test("a key that the guest does not know is refused", arguments: TestServer.Kind.allCases)
        func wrongKey(kind: TestServer.Kind) async throws {
            let server = try TestServer(kind)
            let stranger = try server.directory.write(
                SSHKeyPair.generate(comment: "stranger").privateKeyText, to: "stranger", mode: 0o600)
            let endpoint = try server.endpoint(privateKeyPath: stranger)
            let error = await #expect(throws: GuestError.self) {
                try await GuestSession.connect(to: endpoint, deadline: .now + .seconds(20))
            }
            #expect(error?.code == .authenticationRefused)
            #expect(error?.summary.contains(stranger) == true)
        }

        @Test("a private key that is not there or is none is named")
        func noKey() async throws {
            let directory = try Scratch()
            for path in [directory.file("none"), try directory.write("no key", to: "bad")] {
                let endpoint = try GuestEndpoint(
                    node: "arm", port: 1, privateKeyPath: path, hostKey: SSHKeyPair.generate(comment: "").publicKeyLine)
                let error = await #expect(throws: GuestError.self) {
                    try await GuestSession.connect(to: endpoint, deadline: .now + .seconds(20))
                }
                #expect(error?.code == .invalidKey && error?.summary.contains(path) == true)
            }
        }

        @Test("a port that nobody listens on is an error at the deadline")
        func refusedPort() async throws {
            let endpoint = try strangeEndpoint(port: freePort())
            let start = ContinuousClock.now
            let error = await #expect(throws: GuestError.self) {
                try await GuestSession.connect(to: endpoint, deadline: .now + .milliseconds(300))
            }
            #expect(error?.code == .unreachable && error?.summary.contains("Connection refused") == true)
            #expect(start.duration(to: .now) < bound)
        }

        @Test("a server that never speaks is a timeout")
        func silentServer() async throws {
            let listener = try Listener()
            let endpoint = try strangeEndpoint(port: listener.port)
            let start = ContinuousClock.now
            let error = await #expect(throws: GuestError.self) {
                try await GuestSession.connect(to: endpoint, deadline: .now + .milliseconds(600))
            }
            #expect(error?.code == .timeout && error?.exitStatus == .timeout)
            #expect(start.duration(to: .now) < bound)
        }

        @Test("a server that speaks something else, or stops in the handshake, is an error")
        func strangeServers() async throws {
            for (greeting, code) in [
                ("HTTP/1.1 400 Bad Request\r\n\r\n", GuestError.Code.timeout), ("SSH-2.0-half\r\n", .timeout),
                ("SSH-1.5-old\r\n", .connectionLost),
                ("SSH-2.0-x\r\n" + String(repeating: "A", count: 4000), .connectionLost),
            ] {
                let listener = try Listener()
                let descriptor = listener.descriptor
                let server = onThread {
                    let connection = accept(descriptor, nil, nil)
                    try? AtomicFile.writeAll(Array(greeting.utf8), to: connection, name: "greeting")
                    return connection
                }
                let endpoint = try strangeEndpoint(port: listener.port)
                let error = await #expect(throws: GuestError.self) {
                    try await GuestSession.connect(to: endpoint, deadline: .now + .milliseconds(700))
                }
                #expect(error?.code == code, "\(greeting.prefix(20))")
                close(await server.value)
            }
        }

        @Test("a guest that comes up late is waited for")
        func lateServer() async throws {
            let server = try TestServer(.openSSH)
            // A forwarder like QEMU's: it accepts at once, and is silent or hangs up until the guest is there.
            let listener = try Listener()
            let descriptor = listener.descriptor
            let port = server.port
            let forwarder = onThread {
                close(accept(descriptor, nil, nil))
                close(accept(descriptor, nil, nil))
                let silent = accept(descriptor, nil, nil)
                let relay = Relay(from: accept(descriptor, nil, nil), toPort: port)
                relay.run()
                close(silent)
            }
            let endpoint = try GuestEndpoint(
                node: "x86", port: listener.port, user: userName(), privateKeyPath: server.directory.file("login"),
                hostKey: server.hostKey.publicKeyLine)
            let session = try await GuestSession.connect(to: endpoint, deadline: .now + .seconds(20))
            #expect(try await session.exec("echo up", deadline: .now + bound).text == "up")
            await session.close()
            _ = await forwarder.value
        }

        @Test("a server killed in the middle of a command is reported", arguments: TestServer.Kind.allCases)
        func killedServer(kind: TestServer.Kind) async throws {
            let server = try TestServer(kind)
            let session = try await server.connect()
            let start = ContinuousClock.now
            let error = await #expect(throws: GuestError.self) {
                let command = RemoteCommand(
                    "echo ready; exec sleep 60", output: .lines { _ in server.process.signalAll(SIGKILL) })
                _ = try await session.exec(command, deadline: nil)
            }
            #expect(error?.code == .connectionLost && error?.node == "x86")
            #expect(start.duration(to: .now) < bound)
            #expect(await !session.isConnected)
        }

        @Test(
            "a guest that stops answering is reported, in a command and in a transfer",
            arguments: TestServer.Kind.allCases)
        func frozenServer(kind: TestServer.Kind) async throws {
            let server = try TestServer(kind)
            let session = try await server.connect(watch: quick)
            // Silence alone is no fault: the command says nothing for longer than the limit, but its server answers.
            #expect(try await session.exec("sleep 1.5; echo still there", deadline: .now + bound).text == "still there")
            let transferring = try await server.connect(watch: quick)
            _ = try await transferring.read("/etc/passwd", deadline: .now + bound)
            server.process.signalAll(SIGSTOP)
            let start = ContinuousClock.now
            let inCommand = await #expect(throws: GuestError.self) { try await session.exec("true", deadline: nil) }
            let inTransfer = await #expect(throws: GuestError.self) {
                try await transferring.read("/etc/passwd", deadline: nil)
            }
            #expect(inCommand?.code == .connectionLost && inTransfer?.code == .connectionLost)
            #expect(inCommand?.summary.contains("has not answered for") == true)
            #expect(start.duration(to: .now) < bound)
        }

        @Test(
            "a command that does not end in time is ended, and the session goes on", arguments: TestServer.Kind.allCases
        )
        func deadline(kind: TestServer.Kind) async throws {
            let server = try TestServer(kind)
            let session = try await server.connect()
            let here = try Scratch()
            let error = await #expect(throws: GuestError.self) {
                try await session.exec(Self.untilTold(here), deadline: .now + .milliseconds(500))
            }
            #expect(error?.code == .timeout && error?.exitStatus == .timeout)
            // OpenSSH's server signals no command of root, as which these tests run.
            let proof = kind == .dropbear ? Self.whenTold(here) : "echo told"
            #expect(try await session.exec(proof, deadline: .now + bound).text == "told")
        }

        @Test("a cancelled command returns at once and is told to end", arguments: TestServer.Kind.allCases)
        func cancellation(kind: TestServer.Kind) async throws {
            let server = try TestServer(kind)
            let session = try await server.connect()
            let here = try Scratch()
            let (lines, continuation) = AsyncStream.makeStream(of: String.self)
            let running = Task {
                try await session.exec(
                    RemoteCommand(Self.untilTold(here), output: .lines { continuation.yield($0) }), deadline: nil)
            }
            for await _ in lines { break }
            let start = ContinuousClock.now
            running.cancel()
            await #expect(throws: CancellationError.self) { try await running.value }
            #expect(start.duration(to: .now) < .seconds(5))
            // OpenSSH's server signals no command of root, as which these tests run.
            let proof = kind == .dropbear ? Self.whenTold(here) : "echo told"
            #expect(try await session.exec(proof, deadline: .now + bound).text == "told")
            // Cancelled before it starts: the half-open channel must not stay behind.
            let command = kind == .dropbear ? "sleep 60" : "sleep 0.5"
            for _ in 0..<50 {
                let early = Task { try await session.exec(command, deadline: nil) }
                early.cancel()
                await #expect(throws: CancellationError.self) { try await early.value }
            }
            #expect(try await session.exec("echo on", deadline: .now + bound).text == "on")
        }

        @Test("a cancelled connect returns at once")
        func cancelledConnect() async throws {
            let listener = try Listener()
            let endpoint = try strangeEndpoint(port: listener.port)
            let start = ContinuousClock.now
            let connecting = Task { try await GuestSession.connect(to: endpoint, deadline: .now + .seconds(60)) }
            connecting.cancel()
            await #expect(throws: CancellationError.self) { try await connecting.value }
            #expect(start.duration(to: .now) < bound)
        }

        @Test("sessions that are let go leave no thread and no descriptor behind")
        func noLeak() async throws {
            let server = try TestServer(.openSSH)
            _ = try await server.connect().exec("true", deadline: .now + bound)
            func count(_ what: String) throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/" + what).count
            }
            let (descriptors, threads) = try (count("fd"), count("task"))
            for round in 0..<20 {
                let session = try await server.connect()
                #expect(try await session.exec("true", deadline: .now + bound).succeeded)
                if round % 2 == 0 { await session.close() }
            }
            // A thread ends a moment after its session.
            let end = ContinuousClock.now + bound
            while try count("fd") > descriptors + 5 || count("task") > threads + 5, .now < end { await Task.yield() }
            #expect(try count("fd") <= descriptors + 5)
            #expect(try count("task") <= threads + 5)
        }

        /// Runs until SIGTERM comes, and then leaves a mark; ends with its directory where no signal can come.
        private static func untilTold(_ directory: Scratch) -> String {
            """
            trap 'echo told > \(directory.file("mark")); exit' TERM; echo ready; \
            while [ -d \(directory.path) ]; do sleep 0.05; done
            """
        }

        private static func whenTold(_ directory: Scratch) -> String {
            "while [ ! -s \(directory.file("mark")) ]; do sleep 0.05; done; cat \(directory.file("mark"))"
        }

        private func strangeEndpoint(port: UInt16) throws -> GuestEndpoint {
            let key = try SSHKeyPair.generate(comment: "")
            let path = try scratch.write(key.privateKeyText, to: "key", mode: 0o600)
            return try GuestEndpoint(node: "x86", port: port, privateKeyPath: path, hostKey: key.publicKeyLine)
        }

        private func fingerprint(_ key: SSHKeyPair) throws -> String {
            try HostKey(key.publicKeyLine, node: "test").fingerprint
        }
    }
}

/// Copies bytes both ways between a connection and a port of 127.0.0.1.
struct Relay {
    private let near: Int32
    private let far: Int32

    init(from near: Int32, toPort port: UInt16) {
        self.near = near
        far = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = port.bigEndian
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(far, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Runs until one side ends.
    func run() {
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        var events = [
            pollfd(fd: near, events: Int16(POLLIN), revents: 0), pollfd(fd: far, events: Int16(POLLIN), revents: 0),
        ]
        loop: while poll(&events, 2, -1) > 0 {
            for (from, to) in [(0, far), (1, near)] where events[from].revents != 0 {
                let count = read(events[from].fd, &piece, piece.count)
                guard count > 0, (try? AtomicFile.writeAll(piece[..<count], to: to, name: "relay")) != nil else {
                    break loop
                }
            }
        }
        close(near)
        close(far)
    }
}
