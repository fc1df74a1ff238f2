import FoundationEssentials
import Support
import TestSupport
import Testing

@testable import Lab

/// The `popcorn-lab` that was built beside the tests, with state and sockets of its own.
///
/// Images come from the user's cache. State stays from test run to test run: libvirt asks every QEMU what it can do once for
/// each state directory, which takes seconds.
struct CommandLineTool: Sendable {
    let path: String
    let home: String
    var variables: [String: String]

    /// - Parameter name: of the home; tools of one name share their labs.
    init(_ name: String = "a") throws {
        path = try builtProgram("popcorn-lab")
        // Short, because sockets lie below it.
        home = try Self.place.get() + "/" + name
        variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("POPCORN_LAB_") }
        variables["POPCORN_LAB_SHARE"] = Self.sources
        variables["XDG_STATE_HOME"] = home + "/s"
        variables["XDG_RUNTIME_DIR"] = home + "/r"
        try Directories.create(home + "/s")
        try Directories.create(home + "/r")
    }

    /// A directory that no other run of these tests uses at the same time, held until this process ends.
    private static let place = Result<String, any Error> {
        for number in 1...99 {
            let place = "/tmp/plf-\(getuid())-\(number)"
            try Directories.create(place)
            do {
                let lock = try FileLock(path: place + "/lock", purpose: "FaultTests")
                _ = Unmanaged.passRetained(lock)
                return place
            } catch is LockedError {
                continue
            }
        }
        throw SystemError("find a place for the tests in /tmp", errno: EBUSY)
    }

    /// The source tree that the tests were built from.
    private static var sources: String {
        #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    }

    /// The same with other environment variables.
    func with(_ changes: [String: String]) -> CommandLineTool {
        var copy = self
        copy.variables.merge(changes) { $1 }
        return copy
    }

    var directories: Directories { Directories(environment: variables) }
    var store: LabStore { LabStore(directories: directories) }

    func start(_ arguments: String..., launcher: [String] = []) throws -> RunningTool {
        try RunningTool(launcher + [path] + arguments, variables: variables)
    }

    /// Runs a command to its end.
    func run(_ arguments: String..., limit: Duration = .seconds(240)) async throws -> ToolResult {
        try await RunningTool([path] + arguments, variables: variables).end(within: limit)
    }

    /// Runs a command that must succeed.
    @discardableResult
    func check(_ arguments: String...) async throws -> ToolResult {
        let result = try await RunningTool([path] + arguments, variables: variables).end(within: .seconds(240))
        try #require(result.status == 0, "\(arguments): \(result.text)")
        return result
    }

    /// Takes a lab away, whatever state a test left it in.
    func clear(_ lab: String) async throws { _ = try await run("down", "-l", lab, "--force") }

    func lab<Result>(_ name: String, _ body: () async throws -> Result) async throws -> Result {
        try await clear(name)
        do {
            let result = try await body()
            try await clear(name)
            return result
        } catch {
            try await clear(name)
            throw error
        }
    }

    /// QEMUs and switches of ours that run.
    var processes: [String] {
        ProcessTable.compactMap { words -> String? in
            guard let first = words.first, first.contains("qemu-system") || first.contains("vde_switch"),
                words.contains(where: { $0.contains(home + "/") })
            else { return nil }
            return "\(first)"
        }.map { "\($0.process.pid) \($0.found)" }
    }

    /// What is left of a lab on disk.
    func files(of lab: String) -> [String] {
        let paths = store.paths(lab)
        return [paths.root, paths.runtime].filter { access($0, F_OK) == 0 }
    }
}

/// How a command ended.
struct ToolResult: Sendable {
    /// The exit code, or 128 and the signal's number.
    var status: Int32
    var output: String
    var errors: String
    var duration: Duration

    var text: String { "exit \(status) after \(duration.formattedSeconds)\n\(output)\n\(errors)" }
}

/// A command that runs.
final class RunningTool: Sendable {
    let pid: pid_t
    private let scratch: Scratch
    private let started = ContinuousClock.now

    init(_ words: [String], variables: [String: String]) throws {
        scratch = try Scratch()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, scratch.file("out"), O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, scratch.file("err"), O_WRONLY | O_CREAT, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments = words.map { strdup($0) } + [nil]
        var environment = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { for word in arguments + environment { free(word) } }
        var pid: pid_t = 0
        let result = posix_spawnp(&pid, words[0], &actions, &attributes, &arguments, &environment)
        guard result == 0 else { throw SystemError("start \(words[0])", errno: result) }
        self.pid = pid
    }

    func send(_ signal: Int32) { kill(pid, signal) }

    private func text(_ name: String) -> String { scratch.text(name) ?? "" }

    /// Waits until stderr holds a text.
    func errors(contain wanted: String, within limit: Duration = .seconds(120)) async throws {
        try await file("err", contains: wanted, limit)
    }

    /// Waits until stdout holds a text.
    func output(contains wanted: String, within limit: Duration = .seconds(60)) async throws {
        try await file("out", contains: wanted, limit)
    }

    private func file(_ name: String, contains wanted: String, _ limit: Duration) async throws {
        let watch = try FileWatch(path: scratch.file(name))
        let deadline = ContinuousClock.now + limit
        while !text(name).contains(wanted) {
            let event = await withCheckedContinuation { continuation in
                ThreadExecutor.detach(name: "watch") { continuation.resume(returning: watch.wait(until: deadline)) }
            }
            try #require(event == .changed, "'\(wanted)' did not come: \(text("out")) \(text("err"))")
        }
    }

    /// Waits for the end; a command that takes too long is killed and fails the test.
    func end(within limit: Duration) async throws -> ToolResult {
        let pid = pid
        let ended = await withCheckedContinuation { continuation in
            ThreadExecutor.detach(name: "child") {
                let process = ProcessIdentity(pid: pid)
                continuation.resume(returning: process.map { $0.waitForExit(limit) } ?? true)
            }
        }
        if !ended { kill(pid, SIGKILL) }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        let code = status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
        let result = ToolResult(
            status: code, output: text("out"), errors: text("err"), duration: .now - started)
        try #require(ended, "still running after \(limit): \(result.text)")
        return result
    }
}
