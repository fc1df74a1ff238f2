import ArgumentParser
import Lab
import Support

/// `popcorn-lab gdb`: a debugger on a guest's kernel.
struct GDBCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gdb", abstract: "Debug a guest's kernel with gdb, through QEMU; the other guests stop with it.",
        discussion: """
              popcorn-lab gdb x86
              popcorn-lab gdb x86 --ex 'break process_server_do_migration' --ex continue
              popcorn-lab gdb arm --batch --ex 'info threads' --ex bt

            Symbols come from the vmlinux of the tree in which the node's own kernel was built, at the place where the guest has \
            its kernel, and its gdb scripts too if they were built. While the guest stands still, so do the others, so that a \
            breakpoint is no lost peer; --alone lets them go on. All go on when gdb ends.

            In early boot, hardware breakpoints (hbreak) work where others do not.
            """)

    @OptionGroup var global: GlobalOptions

    @Flag(help: "Let the other guests go on while this one stands still.")
    var alone = false

    @Option(
        help: ArgumentHelp("The kernel's symbols (default: the vmlinux of its tree).", valueName: "vmlinux"),
        completion: .file())
    var symbols: String?

    @Flag(help: "Get the symbols of an image's kernel from Debian's archive (some 300 MB) and keep them.")
    var fetchSymbols = false

    @Option(
        name: .customLong("ex"),
        help: ArgumentHelp("A command for gdb when it is connected; may be repeated.", valueName: "command"))
    var commands: [String] = []

    @Flag(help: "End after the commands.")
    var batch = false

    @Argument(help: "The node.", completion: .custom { _, _, _ in Completions.nodes })
    var node: String

    func run() async throws {
        let access = try global.access()
        var options = GuestDebugger.Options()
        options.alone = alone
        options.symbols = symbols
        options.fetchesSymbols = fetchSymbols
        options.commands = commands
        options.isBatch = batch
        let debugger = GuestDebugger(access: access, options: options) { Notice.line($0.sentence) }
        let invocation = try await debugger.prepare(try access.node(node))
        for warning in invocation.warnings { Notice.warning(warning) }
        try ProcessReplacement.run(invocation.words)
    }
}
