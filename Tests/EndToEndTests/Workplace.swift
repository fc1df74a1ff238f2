import FoundationEssentials
import Support
import SystemPackage
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
        for directory in [Self.state, Self.runtime, "files"] { try Directories.create("\(root)/\(directory)") }
        popcornLab = CommandLineTool(executable: executable, environment: changes)
        directories = Directories(environment: popcornLab.variables)
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
    private let child: ChildProcess
    /// It sweeps when the last copy of this is closed, as the kernel does for a process that was killed.
    private let leash: FileDescriptor

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
        let (reader, writer) = try FileDescriptor.privatePipe()
        defer { try? reader.close() }
        // A session of its own: Ctrl-C at the terminal ends the tests, not the sweeping.
        child = try ChildProcess(
            ["sh", "-c", Self.script, "sh", root, executable], environment: environment,
            input: .descriptor(reader.rawValue), output: .null, errors: .null, group: .session)
        leash = writer
    }

    /// Lets it sweep, and waits until it has.
    func finish() {
        try? leash.close()
        child.wait()
    }
}
