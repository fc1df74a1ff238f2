import Subprocess
import Support
import TestSupport
import Testing

struct ProcessTests {
    /// A child that ends when its input does.
    private func withChild(_ body: @escaping @Sendable (ProcessIdentity) async throws -> Void) async throws {
        _ = try await run(.name("sleep"), arguments: ["60"], input: .none, output: .discarded, error: .discarded) {
            execution in
            let child = try #require(ProcessIdentity(pid: execution.processIdentifier.value))
            try await body(child)
            child.send(signal: SIGKILL)
        }
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
        _ = try FileLock(path: path, purpose: "second")
    }
}
