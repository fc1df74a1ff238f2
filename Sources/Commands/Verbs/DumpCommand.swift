import ArgumentParser
import Lab
import Support

/// `popcorn-lab dump`: a guest's memory.
struct DumpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump", abstract: "Write a guest's memory as an ELF core, which crash and gdb open.",
        discussion: """
              popcorn-lab dump x86                   to x86.core
              popcorn-lab dump x86 -o /tmp/hang.elf
              crash ../linux-x86/vmlinux x86.core

            The guest stands still meanwhile, and the others with it. A guest whose `cmdline` has `panic=0` stays when its \
            kernel panics, and can be dumped then. `diagnose --dump` writes cores of all guests of one moment.
            """)

    @OptionGroup var global: GlobalOptions

    @Flag(help: "Let the other guests go on meanwhile.")
    var alone = false

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The file (default: NODE.core).", valueName: "file"),
        completion: .file())
    var output: String?

    @Argument(help: "The node.", completion: .custom { _, _, _ in Completions.nodes })
    var node: String

    func run() async throws {
        let access = try global.access()
        let node = try access.node(node)
        let path = AbsolutePath.of(output ?? node.name + ".core")
        try await MemoryDump(access: access, alone: alone).write(node, to: path)
        Output.line(path)
    }
}
