import ArgumentParser
import CLinux
import Guest
import Lab
import Support

/// `popcorn-lab ssh`: a login shell on a node.
struct SSHCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ssh", abstract: "Open a shell on a node, or print how OpenSSH and its tools reach the lab.",
        discussion: """
              popcorn-lab ssh arm
              popcorn-lab ssh --config > lab.ssh; scp -F lab.ssh file arm:/tmp
            """)

    @OptionGroup var global: GlobalOptions

    @Flag(help: "Print a configuration file for OpenSSH instead.")
    var config = false

    @Argument(help: "The node.", completion: .custom { _, _, _ in Completions.nodes })
    var node: String?

    func run() async throws {
        let access = try global.access()
        if config { return Output.bytes(Array(try access.openSSHConfiguration().utf8)) }
        guard let node else { throw ValidationError("Name a node: \(access.record.nodes.map(\.name))") }
        let record = try access.node(node)
        let result = try await access.withSession(record) { connection in
            guard let session = connection as? GuestSession else {
                throw LabError(
                    .notOffered, "\(record.name) is reached by its serial console alone",
                    hint: "`popcorn-lab console \(record.name)` opens a shell there")
            }
            return try await shell(session)
        }
        throw ProgramExit(of: result, record.name)
    }

    private func shell(_ session: GuestSession) async throws -> RemoteResult {
        let size = RawTerminal.size
        let terminal =
            isatty(STDIN_FILENO) == 1
            ? size.map {
                RemoteTerminal(type: RawTerminal.type, columns: $0.columns, rows: $0.rows)
            } : nil
        let raw = try RawTerminal()
        defer { withExtendedLifetime(raw) {} }
        let command = RemoteCommand(
            nil, input: .descriptor(STDIN_FILENO), output: .descriptor(STDOUT_FILENO),
            errorOutput: .descriptor(STDERR_FILENO), terminal: terminal)
        let process = try await session.start(command, deadline: nil)
        let resizes = Task {
            for await size in RawTerminal.sizes() { await process.resize(columns: size.columns, rows: size.rows) }
        }
        defer { resizes.cancel() }
        return try await process.wait(deadline: nil)
    }
}
