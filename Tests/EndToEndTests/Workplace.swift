import FoundationEssentials
import Support
import TestSupport
import Testing

/// What one run of these tests has for itself: state and runtime directories, hence labs, that no user's lab sees.
///
/// Images come from the user's own cache, so they are built once. Whatever way the tests end, even by SIGKILL, a janitor
/// that waits for it takes all labs down and removes the directories.
final class Workplace: Sendable {
    static let shared = Result { try Workplace() }

    let root: String
    /// Where popcorn-lab keeps what is its own here.
    let directories: Directories
    let popcornLab: CommandLineTool
    private let janitor: Janitor

    private static let prefix = "ple-"
    /// Names with what QEMU, libvirt, XML, OpenSSH and shells have a meaning of their own for: all must work with them.
    private static let state = "s %'#ü\""
    private static let runtime = "r ,%#ü"

    private init() throws {
        let executable = try builtProgram("popcorn-lab")
        try Self.clearLeftovers(of: executable)
        // Short, because sockets lie below it, whose paths hold 108 bytes.
        root = "/tmp/\(Self.prefix)\(getpid())"
        let changes = Self.environment(root)
        directories = Directories(
            environment: ProcessInfo.processInfo.environment.merging(changes.compactMapValues(\.self)) { $1 })
        for directory in [Self.state, Self.runtime, "files"] { try Directories.create("\(root)/\(directory)") }
        popcornLab = CommandLineTool(executable: executable, environment: changes)
        janitor = try Janitor(root: root, executable: executable, environment: changes)
        atexit { try? Workplace.shared.get().janitor.finish() }
    }

    /// A place for a file of a test.
    func file(_ name: String) -> String { "\(root)/files/\(name)" }

    private static func environment(_ root: String) -> [String: String?] {
        var environment: [String: String?] = [
            "XDG_STATE_HOME": "\(root)/\(state)", "XDG_RUNTIME_DIR": "\(root)/\(runtime)",
        ]
        for name in ProcessInfo.processInfo.environment.keys
        where name.hasPrefix("POPCORN_LAB_") && name != "POPCORN_LAB_SHARE" {
            environment[name] = .some(nil)
        }
        // Guests of several CPUs find more faults, also on a host that would give them one each.
        environment["POPCORN_LAB_VCPUS"] = "2"
        return environment
    }

    /// Takes down what tests left whose janitor was killed too.
    private static func clearLeftovers(of executable: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: "/tmp") where name.hasPrefix(prefix) {
            guard let pid = pid_t(name.dropFirst(prefix.count)), kill(pid, 0) != 0, errno == ESRCH else { continue }
            let root = "/tmp/\(name)"
            try Janitor(root: root, executable: executable, environment: environment(root)).finish()
        }
    }
}

/// A process that outlives the tests and tidies up behind them.
private struct Janitor: Sendable {
    private let pid: pid_t
    /// It sweeps when the last copy of this is closed, as the kernel does for a process that was killed.
    private let leash: Int32

    private static let script = """
        cat >/dev/null
        for lab in "$XDG_STATE_HOME"/popcorn-lab/labs/*/lab.json; do
            [ -e "$lab" ] || continue
            lab=${lab%/lab.json}
            "$2" down --force --lab "${lab##*/}"
        done
        rm -rf "$1"
        """

    init(root: String, executable: String, environment: [String: String?]) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError("create a pipe") }
        let (reader, writer) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(reader) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, reader, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var variables = ProcessInfo.processInfo.environment
        for (name, value) in environment { variables[name] = value }
        // A session of its own: Ctrl-C at the terminal ends the tests, not the sweeping.
        let command = ["setsid", "sh", "-c", Self.script, "sh", root, executable]
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + settings { free(text) } }
        var pid: pid_t = 0
        let result = posix_spawnp(&pid, "setsid", &actions, nil, &words, &settings)
        guard result == 0 else { throw SystemError("start setsid", errno: result) }
        self.pid = pid
        leash = writer
    }

    /// Lets it sweep, and waits until it has.
    func finish() {
        close(leash)
        waitpid(pid, nil, 0)
    }
}
