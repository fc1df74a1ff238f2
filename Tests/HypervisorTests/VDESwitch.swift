import Support
import Testing

/// A vde_switch of the test's own; it ends when this does.
final class VDESwitch: Sendable {
    let directory: String
    private let pid: pid_t
    private let commands: Int32

    init(directory: String) throws {
        self.directory = directory
        var input: [Int32] = [-1, -1]
        var output: [Int32] = [-1, -1]
        try #require(pipe(&input) == 0 && pipe(&output) == 0)
        defer { for descriptor in [input[0], output[0], output[1]] where descriptor >= 0 { close(descriptor) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO)
        for descriptor in input + output { posix_spawn_file_actions_addclose(&actions, descriptor) }
        let arguments = ["vde_switch", "-s", directory]
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        let result = posix_spawnp(&child, "vde_switch", &actions, nil, &words, environ)
        try #require(result == 0, "vde_switch does not start: install the package vde2")
        pid = child
        commands = input[1]
        close(output[1])
        output[1] = -1
        // It takes commands when its sockets are there, and without a terminal it prints no prompt before.
        try AtomicFile.writeAll(Array("showinfo\n".utf8), to: commands, name: "vde_switch")
        var answer: UInt8 = 0
        try #require(read(output[0], &answer, 1) == 1, "vde_switch ended at once")
    }

    deinit {
        // It ends when its input does.
        close(commands)
        waitpid(pid, nil, 0)
    }
}
