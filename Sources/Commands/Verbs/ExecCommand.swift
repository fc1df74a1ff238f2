import ArgumentParser
import Guest
import Lab
import Support

/// `popcorn-lab exec`: run a command on a node, or on all.
struct ExecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Run a command on a node; stdin, stdout, stderr and the exit code are passed through.",
        discussion: """
              popcorn-lab exec arm cat /proc/popcorn_peers
              popcorn-lab exec --all uname -a
              tar c dir | popcorn-lab exec arm tar x -C /tmp
            """)

    @OptionGroup var global: GlobalOptions

    @Flag(help: "Run it on every node at once; each line of output starts with the node's name.")
    var all = false

    @Argument(
        parsing: .captureForPassthrough,
        help: "The node, unless --all is given, then the command. One word is given to the shell as it is.",
        completion: .custom { _, _, _ in Completions.nodes })
    var words: [String] = []

    func run() async throws {
        var words = words
        if words.first == "--all" { throw ValidationError("Put --all before the command.") }
        let access = try global.access()
        let node = all ? nil : words.isEmpty ? nil : try access.node(words.removeFirst())
        if words.first == "--" { words.removeFirst() }
        guard !words.isEmpty, all || node != nil else {
            throw ValidationError("Name a node and a command: popcorn-lab exec arm uname -a")
        }
        // One word may be a whole shell line, as with ssh; several are one command and its arguments.
        let text = words.count == 1 ? words[0] : ShellWord.join(words)
        throw try await PeerCare(access: access).during {
            if let node { return ProgramExit(of: try await one(access, node, text), node.name) }
            return ProgramExit(status: try await every(access, text))
        }
    }

    private func one(_ access: LabAccess, _ node: NodeRecord, _ text: String) async throws -> RemoteResult {
        try await access.withSession(node) { session in
            let command = RemoteCommand(
                text, input: .descriptor(STDIN_FILENO), output: .descriptor(STDOUT_FILENO),
                errorOutput: .descriptor(STDERR_FILENO))
            return try await session.exec(command, deadline: nil)
        }
    }

    /// The first exit code that is not 0, in the order of the nodes.
    private func every(_ access: LabAccess, _ text: String) async throws -> Int32 {
        let codes = try await access.onEach(access.record.nodes) { node, session in
            let command = RemoteCommand(
                text, output: .lines { Output.bytes(ByteText.bytes("\(node.name): \($0)\n")) },
                errorOutput: .lines { Notice.bytes(ByteText.bytes("\(node.name): \($0)\n")) })
            return ProgramExit(of: try await session.exec(command, deadline: nil), node.name).status
        }
        return codes.first { $0 != 0 } ?? 0
    }
}
