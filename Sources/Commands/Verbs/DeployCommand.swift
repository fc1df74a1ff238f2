import ArgumentParser
import ISA
import Lab
import Support

/// `popcorn-lab deploy`: a program onto every node.
struct DeployCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy",
        abstract: "Put a program's binaries for all ISAs at the same path on every node.",
        discussion: """
            For PROGRAM the files PROGRAM_x86-64 and PROGRAM_aarch64 must lie beside each other, statically linked. Each \
            node gets all of them, and PROGRAM itself as the one of its own ISA. Files that are there already are not sent.

              popcorn-lab deploy ./hello --to /opt
            """)

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("The directory in the guests.", valueName: "directory"))
    var to = Deployment.defaultDirectory

    @Argument(help: "The program's path without the ISA's suffix.", completion: .file())
    var program: String

    func run() async throws {
        let access = try global.access()
        let meter = TransferMeterLine()
        let deployment = try Deployment(
            path: program, record: access.record, directory: to, progress: { meter.show($0) })
        let outcome = try await access.withRecorders { try await deployment.deploy(to: $0) }
        meter.finish()
        let news =
            outcome.updated.isEmpty ? "up to date on every node" : "sent to \(outcome.updated.joined(separator: ", "))"
        Notice.line("\(outcome.path): \(news), digests verified")
    }
}
