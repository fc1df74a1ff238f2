import FoundationEssentials
import Support
import SystemPackage
import TestSupport
import Testing

@testable import Guest

/// A terminal with a shell behind it, in place of a guest's serial console.
private final class Terminal: Sendable {
    /// The end at which a console's socket would be.
    let master: Int32
    /// The end at which the shell is, for what others write to the terminal.
    let slave: Int32
    private let child: ChildProcess

    /// `TIOCSPTLCK` and `TIOCGPTN` (ioctl_tty(2)), which Swift does not know.
    private static let setLock: UInt = 0x4004_5431, getNumber: UInt = 0x8004_5430

    static let login = """
        while :; do
            printf 'box login: '; read -r name
            stty -echo; printf 'Password: '; read -r word; stty echo; echo
            [ "$name/$word" = root/secret ] && exec sh -i
            echo 'Login incorrect'
        done
        """

    /// - Parameter script: what runs there.
    init(_ script: String) throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var unlocked: Int32 = 0, number: Int32 = 0
        guard master >= 0, ioctl(master, Self.setLock, &unlocked) == 0, ioctl(master, Self.getNumber, &number) == 0
        else {
            throw SystemError("open a terminal")
        }
        slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        let stream = ChildProcess.Stream.descriptor(slave)
        child = try ChildProcess(
            ["setsid", "--ctty", "sh", "-c", script], input: stream, output: stream, errors: stream)
    }

    deinit {
        // All that runs on the terminal ends with it.
        close(slave)
        close(master)
        kill(child.pid, SIGKILL)
        child.wait()
    }

    func connect(password: String? = nil) async throws -> ConsoleSession {
        try await ConsoleSession.connect(
            access(password: password), descriptor: fcntl(master, F_DUPFD_CLOEXEC, 0), deadline: .now + .seconds(60))
    }

    func access(password: String? = nil, lock: String = "") -> ConsoleSession.Access {
        ConsoleSession.Access(
            node: "box", socket: "/nonexistent", lock: lock, purpose: "a test", user: "root", password: password,
            timeScale: TimeScale(factor: 3))
    }

    /// Writes to the terminal as a kernel does, whatever else is being written.
    func disturb(times: Int) -> Task<Void, Never> {
        Task { [slave] in
            for number in 0..<times {
                let line = Array("[  12.\(100_000 + number)] something: happens\r\n".utf8)
                _ = write(slave, line, line.count)
                try? await Task.sleep(for: .milliseconds(8))
            }
        }
    }
}

extension GuestAccess {
    @Suite("a guest that only its console leads into")
    struct ConsoleTests {
        private let scratch: Scratch
        private let limit = Duration.seconds(60)

        init() throws { scratch = try Scratch() }

        @Test("output, errors and exit code come back byte by byte, after a login and without one")
        func commands() async throws {
            let terminal = try Terminal(Terminal.login)
            let session = try await terminal.connect(password: "secret")
            let result = try await session.exec(
                "printf 'o\\r\\n\\001\\n'; echo err >&2; exit 7", deadline: .now + limit)
            #expect(result.ending == .exited(7))
            #expect(result.output == Array("o\r\n\u{1}\n".utf8) && result.errorText == "err")
            // Longer than a terminal's line, and with what a line has not.
            let long = "cat; echo '" + String(repeating: "ü\n", count: 3000) + "' | wc -l"
            let command = RemoteCommand(long, environment: ["A": "b c"], input: .bytes(Array("in\n".utf8)))
            #expect(try await session.exec(command, deadline: .now + limit).text == "in\n3001")
            #expect(try await session.exec("cat", deadline: .now + limit).output.isEmpty)
            await session.close()

            // The shell that was logged in goes on, as it was before.
            let again = try await terminal.connect()
            #expect(try await again.exec("echo $((6 * 7))", deadline: .now + limit).text == "42")
            await again.close()
            withExtendedLifetime(terminal) {}
        }

        @Test("a login that is refused is told at once, with what to do")
        func refusal() async throws {
            let wrong = await #expect(throws: GuestError.self) {
                let terminal = try Terminal(Terminal.login)
                defer { withExtendedLifetime(terminal) {} }
                return try await terminal.connect(password: "guess")
            }
            #expect(wrong?.code == .authenticationRefused)
            #expect(wrong?.problem == "the console does not let root in with the password of `login:`")
            let none = await #expect(throws: GuestError.self) {
                let terminal = try Terminal(Terminal.login)
                defer { withExtendedLifetime(terminal) {} }
                return try await terminal.connect()
            }
            #expect(none?.code == .authenticationRefused && none?.hint?.contains("add `password:`") == true)
        }

        @Test("files arrive whole in both directions while the kernel talks")
        func files() async throws {
            let terminal = try Terminal("exec sh -i")
            let session = try await terminal.connect()
            var generator = SystemRandomNumberGenerator()
            let bytes = (0..<200_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let here = scratch.file("here"), there = scratch.file("there"), back = scratch.file("back")
            try Directories.create(here + "/sub")
            try AtomicFile.write(bytes, to: here + "/sub/random", mode: 0o640)
            try AtomicFile.write([UInt8](), to: here + "/a file 'of' none")
            #expect(symlink("sub/random", here + "/link") == 0)
            let noise = terminal.disturb(times: 40)
            try await session.upload(here, to: there, progress: nil, deadline: .now + limit)
            await noise.value
            #expect(try AtomicFile.contents(of: there + "/sub/random").elementsEqual(bytes))
            let more = terminal.disturb(times: 40)
            try await session.download(there, to: back, progress: nil, deadline: .now + limit)
            await more.value
            #expect(try AtomicFile.contents(of: back + "/sub/random").elementsEqual(bytes))
            #expect(try AtomicFile.contents(of: back + "/a file 'of' none").isEmpty)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: back + "/link") == "sub/random")
            var status = stat()
            #expect(stat(back + "/sub/random", &status) == 0 && status.st_mode & 0o777 == 0o640)
            let missing = await #expect(throws: GuestError.self) {
                try await session.download("/nonexistent", to: back, progress: nil, deadline: nil)
            }
            #expect(missing?.code == .noSuchFile)
            await session.close()
            withExtendedLifetime(terminal) {}
        }

        @Test("a command that takes too long is interrupted, and the next one runs")
        func deadline() async throws {
            let terminal = try Terminal("exec sh -i")
            let session = try await terminal.connect()
            let late = await #expect(throws: GuestError.self) {
                try await session.exec("sleep 600", deadline: .now + .seconds(1))
            }
            #expect(late?.code == .timeout)
            #expect(try await session.exec("echo on", deadline: .now + limit).text == "on")
            await session.close()
            withExtendedLifetime(terminal) {}
        }

        @Test("one at a time has a console, and others are told who")
        func lock() async throws {
            let path = scratch.file("lock")
            let held = try ConsoleLock.attach(node: "box", path: path, purpose: "popcorn-lab console box")
            let access = try Terminal("cat").access(lock: path)
            let busy = await #expect(throws: GuestError.self) {
                try await ConsoleSession.connect(access, deadline: .now + limit)
            }
            #expect(busy?.code == .busy && busy?.exitStatus == .locked)
            #expect(busy?.problem.contains("popcorn-lab console box") == true)
            withExtendedLifetime(held) {}
        }

        @Test(
            "what a console waits for is known by its last line",
            arguments: [
                ("\r\nbox login: ", ConsolePrompt.login), ("Password:", .password), ("\r\nroot@box:~# ", .shell),
                ("~ $ \u{1b}[6n", .shell), ("[    1.5] Run /init as init process\r\n", .unknown),
                ("[    1.5] a>", .unknown),
                ("", .unknown),
            ])
        func prompts(text: String, expected: ConsolePrompt) { #expect(ConsolePrompt(Array(text.utf8)) == expected) }
    }
}
