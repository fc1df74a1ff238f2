import Support
import Testing

/// A vde_switch of the test's own; it ends when this does.
final class VDESwitch: Sendable {
    let directory: String
    private let pid: pid_t
    private let console: Int32

    init(directory: String) throws {
        self.directory = directory
        // Closed on exec, or another test's QEMU would inherit the end whose closing ends the switch.
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        try #require(socketpair(AF_UNIX, type, 0, &ends) == 0)
        defer { close(ends[1]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The threads of Swift's pool block SIGTERM, and a child would inherit that.
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let arguments = ["vde_switch", "-s", directory]
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        let result = posix_spawnp(&child, "vde_switch", &actions, &attributes, &words, environ)
        try #require(result == 0, "vde_switch does not start: install the package vde2")
        pid = child
        console = ends[0]
        // It takes commands when its sockets are there, and without a terminal it prints no prompt before.
        try AtomicFile.writeAll(Array("showinfo\n".utf8), to: console, name: "vde_switch")
        var answer: UInt8 = 0
        try #require(read(console, &answer, 1) == 1, "vde_switch ended at once")
    }

    deinit {
        kill(pid, SIGTERM)
        waitpid(pid, nil, 0)
        close(console)
    }
}
