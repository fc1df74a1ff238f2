import Support
import SystemPackage
import TestSupport
import Testing

struct ProcessTests {
    /// A child that lives as long as `body` needs it.
    private func withChild(_ body: (ProcessIdentity) async throws -> Void) async throws {
        let sleep = try ChildProcess(["sleep", "60"])
        defer {
            sleep.send(SIGKILL)
            sleep.wait()
        }
        try await body(try #require(ProcessIdentity(pid: sleep.pid)))
    }

    @Test("a child has the streams, the variables and the group that it was given, and no blocked signals")
    func child() async throws {
        let input = try MemoryFile("input", Array("input\n".utf8))
        let output = try MemoryFile("output"), errors = try MemoryFile("errors")
        let script = """
            cat; echo $VARIABLE >&2
            cut -d ' ' -f 1,5,6 /proc/$$/stat
            grep SigBlk /proc/$$/status
            """
        for (group, members) in [(ChildProcess.Group.own, 1), (.session, 2)] {
            let child = try ChildProcess(
                ["sh", "-c", script], environment: ["VARIABLE": "value"],
                input: .descriptor(input.descriptor), output: .descriptor(output.descriptor),
                errors: .descriptor(errors.descriptor), group: group)
            #expect(await child.awaitEnd().ending.isSuccess)
            let ids = output.text.split(separator: "\n").suffix(2).first?.split(separator: " ").map(String.init)
            #expect(ids?.prefix(1 + members) == Array(repeating: "\(child.pid)", count: 1 + members)[...])
        }
        withExtendedLifetime(input) {}
        #expect(output.text.hasPrefix("input\n") && output.text.hasSuffix("SigBlk:\t0000000000000000\n"))
        #expect(errors.text == "value\nvalue\n")
    }

    @Test("a child can die of a broken pipe, although a library has made us ignore it")
    func brokenPipe() throws {
        // As SwiftNIO does; without effect on us if it has done so already.
        let before = signal(SIGPIPE, SIG_IGN)
        defer { signal(SIGPIPE, before) }
        #expect(try ChildProcess(["sh", "-c", "kill -PIPE $$; exit 7"]).wait().ending == .signalled(SIGPIPE))
    }

    @Test("a child's end is told, as often as one asks, and signals do not reach who has its pid after it")
    func childEnd() async throws {
        let child = try ChildProcess(["sleep", "60"])
        child.send(SIGTERM)
        for _ in 0..<2 { #expect(child.wait().ending == .signalled(SIGTERM)) }
        child.send(SIGTERM)
        #expect(try ChildProcess(["sh", "-c", "exit 3"]).wait().ending == .exited(3))
        let error = #expect(throws: SystemError.self) { try ChildProcess(["no-such-program"]) }
        #expect(error?.errno == ENOENT && error?.summary.contains("no-such-program") == true)
    }

    @Test("the CPU time of a process grows with its work; that of one that has ended is not known")
    func cpuTime() throws {
        let own = try #require(ProcessIdentity(pid: getpid()))
        let before = try #require(own.cpuSeconds)
        var sum: UInt64 = 0
        // The kernel counts in ticks, so this works until it sees some; it always does.
        while try #require(own.cpuSeconds) <= before { for number in 0..<100_000 { sum &+= UInt64(number) } }
        #expect(sum > 0)
        var stranger = own
        stranger.startTime += 1
        #expect(stranger.cpuSeconds == nil)
        let child = try ChildProcess(["sh", "-c", "exit 0"])
        let identity = ProcessIdentity(pid: child.pid)
        child.wait()
        #expect(identity?.cpuSeconds == nil)
        // A program whose name has blanks and parentheses, as /proc shows it.
        let input = try FileDescriptor.privatePipe(), output = try FileDescriptor.privatePipe()
        let odd = try ChildProcess(
            ["sh", "-c", "printf 'a) b (' > /proc/self/comm; echo; read line"],
            input: .descriptor(input.readEnd.rawValue), output: .descriptor(output.writeEnd.rawValue))
        defer {
            odd.send(SIGKILL)
            odd.wait()
            for end in [input.readEnd, input.writeEnd, output.readEnd, output.writeEnd] { try? end.close() }
        }
        _ = try output.readEnd.piece()
        #expect(ProcessIdentity(pid: odd.pid)?.cpuSeconds != nil)
    }

    @Test("a process is known by pid and start time: another life of the pid is another process")
    func identity() throws {
        let own = try #require(ProcessIdentity(pid: getpid()))
        #expect(own.isAlive)
        var stranger = own
        stranger.startTime += 1
        #expect(!stranger.isAlive)
        #expect(stranger.waitForExit(.seconds(5)))
        #expect(ProcessIdentity(pid: Int32.max) == nil)
    }

    @Test("the end of a process wakes who waits for it")
    func exitWatch() async throws {
        try await withChild { child in
            #expect(!child.waitForExit(.milliseconds(1)))
            async let ended: Void = ExitWatch.end(of: child)
            child.send(signal: SIGTERM)
            try await ended
            #expect(child.waitForExit(.seconds(5)))
        }
    }

    @Test("a wait for an end is over at once when its task is cancelled")
    func cancelledWatch() async throws {
        try await withChild { child in
            let waiting = Task { try await ExitWatch.end(of: child) }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            #expect(child.isAlive)
        }
    }

    @Test("a lock that another process holds is refused, and the error names the holder")
    func lock() async throws {
        let scratch = try Scratch()
        let path = scratch.path + "/lock"
        let first = try FileLock(path: path, purpose: "popcorn-lab up x86,arm")
        let error = #expect(throws: LockedError.self) { try FileLock(path: path, purpose: "another") }
        #expect(error?.summary.contains("\(getpid()) popcorn-lab up x86,arm") == true)
        #expect(error?.exitStatus == .locked)
        withExtendedLifetime(first) {}
    }

    @Test("a lock is free again when its holder let go, and tells nobody's name then")
    func unlock() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/lock"
        do { _ = try FileLock(path: path, purpose: "first") }
        #expect(FileLock.holder(path: path) == nil)
        #expect(scratch.names().isEmpty)
        _ = try FileLock(path: path, purpose: "second")
    }

    @Test("a lock whose file goes with each holder still has one holder at a time")
    func contention() async throws {
        let scratch = try Scratch()
        let path = scratch.path + "/lock"
        // Plain files, whose content only the lock protects.
        try AtomicFile.write("0", to: scratch.file("count"))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        ThreadExecutor.detach(name: "contender") {
                            for _ in 0..<250 {
                                guard let lock = try? FileLock.waiting(path: path, purpose: "count") else { continue }
                                let count = scratch.text("count").flatMap(Int.init) ?? -1_000_000
                                try? Array("\(count + 1)".utf8).withUnsafeBytes { bytes in
                                    let file = open(scratch.file("count"), O_WRONLY | O_TRUNC)
                                    defer { close(file) }
                                    try AtomicFile.writeAll(Array(bytes), to: file, name: "count")
                                }
                                withExtendedLifetime(lock) {}
                            }
                            continuation.resume()
                        }
                    }
                }
            }
        }
        #expect(scratch.text("count") == "1000")
        #expect(scratch.names() == ["count"])
    }

    @Test("a lock file that its holder lost is not another's to be removed")
    func replacedFile() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/lock"
        var first: FileLock? = try FileLock(path: path, purpose: "first")
        unlink(path)
        let second = try FileLock(path: path, purpose: "second")
        first = nil
        #expect(FileLock.holder(path: path)?.hasSuffix("second") == true)
        withExtendedLifetime((first, second)) {}
    }
}
