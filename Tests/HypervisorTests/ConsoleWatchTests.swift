import FoundationEssentials
import Support
import TestSupport
import Testing

@testable import Hypervisor

@Suite("Watching a console log")
struct ConsoleWatchTests {
    /// A log that the test writes as QEMU would.
    private final class Log: Sendable {
        let path: String
        private let scratch: Scratch
        private let descriptor: Int32

        init() throws {
            scratch = try Scratch()
            path = scratch.file("console.log")
            descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        }

        func print(_ text: String) throws { try AtomicFile.writeAll(Array(text.utf8), to: descriptor, name: path) }

        deinit { close(descriptor) }
    }

    /// A watch of `log` for a guest that lives as long as these tests.
    private func watch(_ log: Log) throws -> ConsoleWatch {
        try ConsoleWatch(path: log.path, process: try #require(ProcessIdentity(pid: getpid())))
    }

    @Test("finds what was printed before, in pieces, and line by line")
    func pieces() async throws {
        let log = try Log()
        try log.print("one\r\ntwo: a")
        let watch = try watch(log)
        #expect(try await watch.wait(for: "one", limit: .seconds(5)) == .found(line: "one"))
        async let second = watch.wait(for: "two: abc", limit: .seconds(30))
        try log.print("b")
        try log.print("c d\nthree\n")
        let found = try await second
        #expect(found == .found(line: "two: abc") || found == .found(line: "two: abc d"))
        #expect(try await watch.wait(for: "three\n", limit: .seconds(5)) == .found(line: "three\n"))
        #expect(try await watch.wait(for: "one", limit: .milliseconds(50)) == .timedOut)
        try log.print("x")
        #expect(try await watch.wait(for: "", limit: .seconds(5)) == .found(line: "x"))
    }

    @Test("the writer's end is noticed, after its last words")
    func end() async throws {
        let log = try Log()
        let writer = try ChildProcess(["sleep", "60"])
        defer {
            writer.send(SIGKILL)
            writer.wait()
        }
        let watch = try ConsoleWatch(path: log.path, process: try #require(ProcessIdentity(pid: writer.pid)))
        async let waiting = watch.wait(for: "never", limit: .seconds(30))
        try log.print("panic")
        writer.send(SIGKILL)
        #expect(try await waiting == .ended)
        try log.print("\nlast words\n")
        #expect(try await watch.wait(for: "words", limit: .seconds(30)) == .found(line: "last words"))
        #expect(try await watch.wait(for: "again", limit: .seconds(30)) == .ended)
    }

    @Test("what was printed when the time is up counts")
    func late() async throws {
        let log = try Log()
        try log.print("one\n")
        #expect(try await watch(log).wait(for: "one", limit: .zero) == .found(line: "one"))
    }

    @Test("a cancelled wait ends at once")
    func cancellation() async throws {
        let log = try Log()
        let watch = try watch(log)
        let task = Task { try await watch.wait(for: "never", limit: .seconds(600)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        // The watch goes on for others.
        try log.print("later\n")
        #expect(try await watch.wait(for: "later", limit: .seconds(5)) == .found(line: "later"))
    }

    @Test("a missing log is an error")
    func missing() {
        let own = ProcessIdentity(pid: getpid(), startTime: 0)
        #expect(throws: SystemError.self) { try ConsoleWatch(path: "/nowhere/console.log", process: own) }
    }
}
