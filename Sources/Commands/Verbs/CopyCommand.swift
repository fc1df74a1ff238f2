import ArgumentParser
import Guest
import Lab
import Support

/// `popcorn-lab cp`: copy files between this host and nodes.
struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cp", abstract: "Copy files and directories to or from a node; modes and symbolic links are kept.",
        discussion: """
              popcorn-lab cp hello.c arm:/root/
              popcorn-lab cp x86:/var/log ./logs
              popcorn-lab cp tools all:/root          to every node
            """)

    @OptionGroup var global: GlobalOptions

    @Argument(
        help: "What to copy, then where to: NODE:PATH is in a guest, all:PATH in every guest.",
        completion: .custom { _, _, _ in Completions.nodePrefixes })
    var paths: [String]

    func run() async throws {
        guard paths.count >= 2, let target = paths.last else {
            throw ValidationError("Name what to copy and where to: popcorn-lab cp FILE arm:/root/")
        }
        let access = try global.access()
        let meter = TransferMeterLine()
        try await CopyFiles(access: access, progress: { meter.show($0) }).copy(paths.dropLast(), to: target)
        meter.finish()
    }
}
