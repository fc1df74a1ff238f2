/// A child that runs beside us, with descriptors and a process group of the caller's choice.
///
/// `HostCommand` is simpler where a program only has to run to its end.
package final class ChildProcess: Sendable {
    /// What the child has as one of its standard streams.
    package enum Stream: Sendable {
        case null
        /// Our own stream of that name.
        case inherited
        /// A copy of a descriptor of ours, which stays open here.
        case descriptor(Int32)
    }

    /// Whom signals reach together with the child.
    package enum Group: Sendable {
        /// All of our own group.
        case ours
        /// What the child starts; a terminal's Ctrl-C does not reach it.
        case own
        /// The same, and the child has no terminal to be controlled by.
        case session
    }

    /// What became of it.
    package struct End: Sendable {
        /// Its exit code, or the signal that ended it.
        package var ending: ProcessEnding
        /// The most memory that it held, in KiB, by the kernel's account.
        package var peakKiB: Int
    }

    /// Its process id, which stays its own until `wait` has returned.
    package let pid: pid_t
    /// A pid may belong to somebody else once its process was reaped.
    private let end = Guarded<End?>(nil)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - words: the program's path, or its name to be looked up in `PATH`, and its arguments; `ByteText`.
    ///   - environment: variables that differ from ours; `nil` removes one.
    /// - Throws: `SystemError`.
    package init(
        _ words: [String], environment: [String: String?] = [:], input: Stream = .null, output: Stream = .null,
        errors: Stream = .inherited, group: Group = .ours
    ) throws {
        let program = words.first ?? ""
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, stream) in [input, output, errors].enumerated() { stream.add(as: Int32(number), to: &actions) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The threads of Swift's pool block most signals, and a child would inherit that.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        // SwiftNIO ignores this for the whole process as soon as it has a socket, and a child would inherit that, too.
        var broken = sigset_t()
        sigemptyset(&broken)
        sigaddset(&broken, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &broken)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | group.flag)
        pid = try Self.withPointers(words.map { ByteText.bytes($0) + [0] }) { words in
            try Self.withPointers(ChildEnvironment.entries(changing: environment)) { variables in
                var child = pid_t()
                let result = program.withBytes { posix_spawnp(&child, $0, &actions, &attributes, words, variables) }
                guard result == 0 else { throw SystemError("run \(program)", errno: result) }
                return child
            }
        }
    }

    /// Sends a signal, unless it has been waited for.
    package func send(_ signal: Int32) {
        end.withLock { if $0 == nil { kill(pid, signal) } }
    }

    /// Blocks until its end.
    @discardableResult
    package func wait() -> End {
        var information = siginfo_t()
        // It stays a zombie, and its pid its own, until the lock is held.
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
        return end.withLock { known in
            if let known { return known }
            var status: Int32 = 0
            var usage = rusage()
            while wait4(pid, &status, 0, &usage) < 0 && errno == EINTR {}
            let end = End(ending: ProcessEnding(waitStatus: status), peakKiB: usage.ru_maxrss)
            known = end
            return end
        }
    }

    /// Waits for its end, on a thread of its own.
    package func awaitEnd() async -> End {
        await withCheckedContinuation { continuation in
            ThreadExecutor.detach(name: "wait") { [self] in continuation.resume(returning: wait()) }
        }
    }

    /// Calls `body` with C strings, and the null that ends such a list.
    private static func withPointers<Result>(
        _ texts: [[UInt8]], _ body: ([UnsafeMutablePointer<CChar>?]) throws -> Result
    ) rethrows -> Result {
        let pointers = texts.map { text in strdup(text.map { CChar(bitPattern: $0) }) }
        defer { for pointer in pointers { free(pointer) } }
        return try body(pointers + [nil])
    }
}

extension ChildProcess.Stream {
    fileprivate func add(as number: Int32, to actions: inout posix_spawn_file_actions_t) {
        switch self {
        case .null:
            posix_spawn_file_actions_addopen(
                &actions, number, "/dev/null", number == STDIN_FILENO ? O_RDONLY : O_WRONLY, 0)
        case .inherited: break
        case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, number)
        }
    }
}

extension ChildProcess.Group {
    fileprivate var flag: Int16 {
        switch self {
        case .ours: 0
        case .own: Int16(POSIX_SPAWN_SETPGROUP)
        // POSIX_SPAWN_SETSID of <spawn.h>, which only shows with _GNU_SOURCE.
        case .session: 0x80
        }
    }
}
