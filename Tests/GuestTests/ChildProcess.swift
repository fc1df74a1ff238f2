import FoundationEssentials
import Support
import TestSupport
import Testing

/// A program that a test started, with everything it started itself.
final class ChildProcess: Sendable {
    let pid: pid_t

    /// - Parameter output: the file for its standard output and errors.
    init(_ arguments: [String], output: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var words = arguments.map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var pid: pid_t = 0
        let result = posix_spawnp(&pid, arguments[0], &actions, nil, words, environ)
        guard result == 0 else { throw SystemError("start \(arguments[0])", errno: result) }
        self.pid = pid
    }

    deinit { end() }

    /// Kills it and its descendants.
    func end() {
        signalAll(SIGKILL)
        waitpid(pid, nil, 0)
    }

    /// Sends `signal` to it and all its descendants.
    func signalAll(_ signal: Int32) {
        for process in family() { kill(process, signal) }
    }

    private func family() -> [pid_t] {
        var children: [pid_t: [pid_t]] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = pid_t(name), let stat = FileManager.default.contents(atPath: "/proc/\(name)/stat") else {
                continue
            }
            let fields = String(decoding: stat, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
            if fields.count > 1, let parent = pid_t(fields[1]) { children[parent, default: []].append(pid) }
        }
        var result = [pid]
        var next = 0
        while next < result.count {
            result += children[result[next]] ?? []
            next += 1
        }
        return result
    }

    /// Runs a program to its end and returns its exit code and output.
    static func run(_ arguments: [String]) throws -> (code: Int32, output: String) {
        let directory = try Scratch()
        let child = try ChildProcess(arguments, output: directory.path + "/output")
        var status: Int32 = 0
        waitpid(child.pid, &status, 0)
        let output = FileManager.default.contents(atPath: directory.path + "/output") ?? Data()
        return (status & 0x7f == 0 ? status >> 8 & 0xff : -1, String(decoding: output, as: UTF8.self))
    }
}
