import FoundationEssentials
import Support
import SystemPackage

/// A server that a test started, with everything it started itself, sessions of their own included.
final class ServerProcess: Sendable {
    private let child: ChildProcess

    /// - Parameter output: the file for its standard output and errors.
    init(_ arguments: [String], output: String) throws {
        let file = try FileDescriptor.open(
            bytesOf: output, .writeOnly, options: [.create, .append], permissions: 0o600)
        defer { try? file.close() }
        child = try ChildProcess(
            arguments, output: .descriptor(file.rawValue), errors: .descriptor(file.rawValue))
    }

    deinit { end() }

    /// Kills it and its descendants.
    func end() {
        signalAll(SIGKILL)
        child.wait()
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
        var result = [child.pid]
        var next = 0
        while next < result.count {
            result += children[result[next]] ?? []
            next += 1
        }
        return result
    }
}
