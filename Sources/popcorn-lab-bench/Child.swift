import CLinux
import Support
import Synchronization

/// A finished child process and what it cost.
struct Child: Sendable {
    /// From its start until it was reaped.
    var seconds: Double
    /// In MiB, by the kernel's account.
    var peakMemory: Double
    var output: String

    /// Runs a program to its end; cancellation sends it SIGTERM and still waits for its end.
    ///
    /// - Throws: `BenchError` if it does not end with 0, with what it wrote to stderr.
    @discardableResult
    static func run(_ words: [String]) async throws -> Child {
        let output = try MemoryFile("output")
        let errors = try MemoryFile("errors")
        let began = ContinuousClock.now
        let process = try Process(words, output: output.descriptor, errors: errors.descriptor)
        let (status, usage) = await withTaskCancellationHandler {
            await process.wait()
        } onCancel: {
            process.terminate()
        }
        let elapsed = ContinuousClock.now - began
        try Task.checkCancellation()
        guard status == 0 else {
            throw BenchError(
                "`\(words.joined(separator: " "))` failed (wait status \(status))",
                details: errors.text.split(separator: "\n").suffix(20).map(String.init))
        }
        return Child(
            seconds: elapsed.microseconds / 1e6, peakMemory: Double(usage.ru_maxrss) / 1024, output: output.text)
    }
}

/// A child process that runs until it ends or is ended.
final class Process: Sendable {
    private let pid: pid_t
    /// A pid may belong to somebody else once its process was reaped.
    private let reaped = Mutex(false)

    /// - Parameters:
    ///   - output: a descriptor for stdout; `nil` for `/dev/null`.
    ///   - errors: a descriptor for stderr.
    init(_ words: [String], output: Int32? = nil, errors: Int32) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Threads of Swift's pool block signals, and a child would inherit that.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var child: pid_t = 0
        let result = posix_spawnp(&child, words.first ?? "", &actions, &attributes, &pointers, environ)
        guard result == 0 else { throw SystemError("run \(words.first ?? "")", errno: result) }
        pid = child
    }

    func terminate() { send(SIGTERM) }

    /// Ends it at once, as by pulling its plug.
    func end() { send(SIGKILL) }

    private func send(_ signal: Int32) {
        reaped.withLock { if !$0 { kill(pid, signal) } }
    }

    /// Waits for its end, on a thread of its own; to be called once.
    func wait() async -> (status: Int32, usage: rusage) {
        await withCheckedContinuation { continuation in
            ThreadExecutor.detach(name: "wait") { [self] in
                var information = siginfo_t()
                // It stays a zombie, and its pid its own, until the lock is held.
                while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
                var status: Int32 = 0
                var usage = rusage()
                reaped.withLock {
                    while wait4(pid, &status, 0, &usage) < 0 && errno == EINTR {}
                    $0 = true
                }
                continuation.resume(returning: (status, usage))
            }
        }
    }
}

/// A file without a name, for the output of children: unlike a pipe it needs no reader beside them.
final class MemoryFile: Sendable {
    let descriptor: Int32

    init(_ name: String) throws {
        descriptor = linux_memory_file(name)
        guard descriptor >= 0 else { throw SystemError("create a memory file") }
    }

    deinit { close(descriptor) }

    var text: String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = pread(descriptor, &buffer, buffer.count, off_t(bytes.count))
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}
