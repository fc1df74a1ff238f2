import Dispatch
import FoundationEssentials
import Support
import Synchronization
import TestSupport
import Testing

@testable import Guest

extension GuestAccess {
    @Suite("commands in a guest")
    struct ExecTests {
        private let limit = Duration.seconds(60)

        @Test("a command's output, errors and exit code come back", arguments: TestServer.Kind.allCases)
        func outputAndCode(kind: TestServer.Kind) async throws {
            let server = try TestServer(kind)
            let session = try await server.connect()
            let result = try await session.exec("echo out; echo err >&2; exit 7", deadline: .now + limit)
            #expect(result.ending == .exited(7))
            #expect(result.text == "out")
            #expect(result.errorText == "err")
            #expect(!result.succeeded && result.exitCode == 7)
            await session.close()
            #expect(await !session.isConnected)
            let error = await #expect(throws: GuestError.self) { try await session.exec("true", deadline: nil) }
            #expect(error?.code == .connectionLost)
        }

        @Test("the signal that ended a command is told", arguments: TestServer.Kind.allCases)
        func exitSignal(kind: TestServer.Kind) async throws {
            let server = try TestServer(kind)
            let session = try await server.connect()
            let result = try await session.exec("kill -SEGV $$", deadline: .now + limit)
            guard case .signalled("SEGV", _) = result.ending else {
                Issue.record("ended with \(result.ending)")
                return
            }
            #expect(result.exitCode == 139)
        }

        @Test("a signal reaches the running command")
        func sendSignal() async throws {
            let server = try TestServer(.dropbear)
            let session = try await server.connect()
            let (lines, continuation) = AsyncStream.makeStream(of: String.self)
            let command = "trap 'echo caught; exit 3' USR1; echo ready; while :; do sleep 0.05; done"
            let process = try await session.start(
                RemoteCommand(command, output: .lines { continuation.yield($0) }), deadline: .now + limit)
            for await line in lines {
                if line == "ready" { await process.signal(.user1) }
                if line == "caught" { break }
            }
            #expect(try await process.wait(deadline: .now + limit).ending == .exited(3))
        }

        @Test("the environment and odd words arrive unchanged")
        func environment() async throws {
            let server = try TestServer(.dropbear)
            let session = try await server.connect()
            let value = "it's $HOME \"x\" \\ `y`\nüñ 🚀"
            var command = RemoteCommand("printf %s \"$ODD\"; printf %s \(ShellWord.quote(value))")
            command.environment = ["ODD": value, "OTHER": ""]
            let result = try await session.exec(command, deadline: .now + limit)
            #expect(String(decoding: result.output, as: UTF8.self) == value + value)
            command.environment = ["a;b": "x"]
            await #expect(throws: GuestError.self) { try await session.exec(command, deadline: .now + limit) }
        }

        @Test("100 MB pass unharmed through a command, in and out at once", arguments: TestServer.Kind.allCases)
        func largeStreams(kind: TestServer.Kind) async throws {
            let server = try TestServer(kind)
            let session = try await server.connect()
            let here = try Scratch()
            let block = pattern(1 << 20)
            let input = open(here.file("in"), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            for _ in 0..<100 { try AtomicFile.writeAll(block, to: input, name: "in") }
            lseek(input, 0, SEEK_SET)
            let output = open(here.file("out"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            defer {
                close(input)
                close(output)
            }
            let result = try await session.exec(
                RemoteCommand("cat", input: .descriptor(input), output: .descriptor(output)), deadline: .now + limit)
            #expect(result.succeeded)
            #expect(try SHA256.hex(ofFile: here.file("out")) == SHA256.hex(ofFile: here.file("in")))
        }

        @Test("a slow reader holds the guest back instead of filling our memory")
        func backPressure() async throws {
            let server = try TestServer(.openSSH)
            let session = try await server.connect()
            let here = try Scratch()
            var ends: [Int32] = [0, 0]
            #expect(pipe(&ends) == 0)
            let (reader, writer) = (ends[0], ends[1])
            defer { close(reader) }
            let total = 60 << 20
            let counter = "i=0; while head -c 1048576 /dev/zero; do i=$((i+1)); echo $i > \(here.file("sent")); done"
            let running = Task {
                defer { close(writer) }
                return try await session.exec(
                    RemoteCommand("(\(counter)) | head -c \(total)", output: .descriptor(writer)),
                    deadline: .now + limit)
            }
            // Nobody reads: other commands go on, and the guest stops after what windows and buffers hold.
            var sent = [-1]
            while sent.count < 3 || sent[sent.count - 3] != sent[sent.count - 1] {
                _ = try await session.exec("sleep 0.3", deadline: .now + limit)
                sent.append(
                    Int((try? String(decoding: wholeFile(here.file("sent")), as: UTF8.self).dropLast()) ?? "0") ?? 0)
            }
            #expect(sent[sent.count - 1] < 20)
            let thread = onThread {
                var count = 0
                var piece = [UInt8](repeating: 1, count: 1 << 16)
                while true {
                    let got = read(reader, &piece, piece.count)
                    if got <= 0 || piece[..<got].contains(where: { $0 != 0 }) { return count }
                    count += got
                }
            }
            let result = try await running.value
            #expect(result.succeeded)
            #expect(await thread.value == total)
        }

        @Test("a reader of the output that goes away is an error, not a signal to us")
        func brokenPipe() async throws {
            let server = try TestServer(.openSSH)
            let session = try await server.connect()
            var ends: [Int32] = [0, 0]
            #expect(pipe(&ends) == 0)
            close(ends[0])
            let error = await #expect(throws: GuestError.self) {
                try await session.exec(RemoteCommand("yes", output: .descriptor(ends[1])), deadline: .now + limit)
            }
            close(ends[1])
            #expect(error?.code == .outputFailed)
            #expect(try await session.exec("echo on", deadline: .now + limit).text == "on")
        }

        @Test("bytes given as input arrive, and then their end", arguments: TestServer.Kind.allCases)
        func input(kind: TestServer.Kind) async throws {
            let server = try TestServer(kind)
            let session = try await server.connect()
            let bytes = pattern(300_000)
            let result = try await session.exec(
                RemoteCommand("cat; echo done >&2", input: .bytes(bytes)), deadline: .now + limit)
            #expect(result.output == bytes)
            #expect(result.errorText == "done")
            #expect(try await session.exec("cat", deadline: .now + limit).output.isEmpty)
            let early = try await session.exec(RemoteCommand("exit 4", input: .bytes(bytes)), deadline: .now + limit)
            #expect(early.ending == .exited(4))
        }

        @Test("lines come one by one, the unfinished last one too, and a limit cuts what is collected")
        func lines() async throws {
            let server = try TestServer(.openSSH)
            let session = try await server.connect()
            let lines = Mutex<[String]>([])
            var command = RemoteCommand("printf 'a\\n\\nb'; sleep 0.1; printf 'c\\nd'")
            command.output = .lines { line in lines.withLock { $0.append(line) } }
            _ = try await session.exec(command, deadline: .now + limit)
            #expect(lines.withLock { $0 } == ["a", "", "bc", "d"])

            let cut = try await session.exec(
                RemoteCommand("printf 12345678", output: .collect(limit: 5)), deadline: .now + limit)
            #expect(cut.text == "12345" && cut.isTruncated)
        }

        @Test("many commands run at once over one connection", arguments: TestServer.Kind.allCases)
        func concurrent(kind: TestServer.Kind) async throws {
            let server = try TestServer(kind)
            let session = try await server.connect()
            let deadline = ContinuousClock.now + limit
            // Each waits for a file that the last one makes: they can only end if all run at the same time.
            let here = try Scratch()
            let count = 12
            try await withThrowingTaskGroup(of: (Int, RemoteResult).self) { group in
                for index in 0..<count {
                    group.addTask {
                        let command = """
                            touch \(here.file("started\(index)")); \
                            while [ $(ls \(here.path) | wc -l) -lt \(count) ]; do sleep 0.05; done; \
                            head -c 200000 /dev/zero; exit \(index)
                            """
                        return (index, try await session.exec(command, deadline: deadline))
                    }
                }
                for try await (index, result) in group {
                    #expect(result.ending == .exited(Int32(index)))
                    #expect(result.output.count == 200_000)
                }
            }
        }

        @Test(
            "a terminal has the type and size that were asked for, and takes a new size",
            arguments: TestServer.Kind.allCases)
        func terminal(kind: TestServer.Kind) async throws {
            let server = try TestServer(kind)
            let session = try await server.connect()
            let (lines, continuation) = AsyncStream.makeStream(of: String.self)
            let command = RemoteCommand(
                "trap 'stty size; exit' WINCH; tty; echo $TERM; stty size; while :; do sleep 0.05; done",
                output: .lines { continuation.yield($0.trimmingSuffix("\r")) },
                terminal: RemoteTerminal(type: "vt100", columns: 97, rows: 31))
            let process = try await session.start(command, deadline: .now + limit)
            var seen: [String] = []
            for await line in lines {
                seen.append(line)
                if line == "31 97" { await process.resize(columns: 120, rows: 40) }
                if line == "40 120" { break }
            }
            #expect(seen.first?.hasPrefix("/dev/pts/") == true)
            #expect(seen.contains("vt100"))
            #expect(try await process.wait(deadline: .now + limit).succeeded)
        }

        @Test("a login shell reads commands from its input", arguments: TestServer.Kind.allCases)
        func loginShell(kind: TestServer.Kind) async throws {
            let server = try TestServer(kind)
            let session = try await server.connect()
            let result = try await session.exec(
                RemoteCommand(nil, input: .bytes(Array("echo from the shell\nexit 5\n".utf8))), deadline: .now + limit)
            #expect(result.text.contains("from the shell"))
            #expect(result.ending == .exited(5))
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}

/// Runs what blocks on a thread of its own, from now on.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Task<Value, Never> {
    Task {
        await withCheckedContinuation { waiter in
            DispatchQueue(label: "blocking").async { waiter.resume(returning: body()) }
        }
    }
}
