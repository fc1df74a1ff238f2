import ArgumentParser
import ISA
import KernelFiles
import Support
import Topology

/// `popcorn-lab kernel`: kernels of one's own.
struct KernelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernel", abstract: "Look at kernels of your own, for labs that boot them.",
        subcommands: [Inspect.self])

    struct Inspect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell what a kernel is, what a lab needs of it, and what it lacks.",
            discussion: """
                  popcorn-lab kernel inspect ../linux/arch/x86/boot/bzImage
                  popcorn-lab kernel inspect ../linux              a tree that was built: the image and its modules

                How the kernel was built is read from the image itself (CONFIG_IKCONFIG), or from .config beside or above \
                it. Exits with 1 if something that every lab needs is missing.
                """)

        @OptionGroup var output: FormatOption

        @Option(help: "Which kernel is meant, if a tree was built for several ISAs: x86 or arm.")
        var isa: String?

        @Argument(help: "bzImage, Image, Image.gz or vmlinux, or a tree that was built.", completion: .file())
        var path: String

        func run() async throws {
            let tree = try KernelTree(path: path, isa: try isa.map { try ISA(parsing: $0) })
            let inspection = KernelInspection(tree)
            switch output.format {
            case .json: try Output.json(inspection)
            case .table: show(inspection)
            }
            guard inspection.obstacles.isEmpty else { throw ProgramExit(status: ExitStatus.failure.rawValue) }
        }

        private func show(_ kernel: KernelInspection) {
            Output.line("\(kernel.path): Linux \(kernel.release) for \(kernel.isa.rawValue), \(kernel.format.rawValue)")
            Output.line("  \(kernel.banner)")
            switch kernel.configuration {
            case "image": Output.line("  its configuration is in the image")
            case let file?: Output.line("  its configuration is taken from \(file)")
            case nil:
                Output.line("  nothing tells how it was built: no CONFIG_IKCONFIG, and no .config beside or above it")
            }
            Output.line("")
            showNeeds(kernel)
            if !kernel.modules.isEmpty {
                Output.line("")
                showModules(kernel.modules)
            }
            Output.line("")
            if kernel.obstacles.isEmpty {
                let cards = kernel.networkCards.map(\.rawValue)
                Output.line(
                    kernel.configuration == nil
                        ? "whether a lab can boot it is not known"
                        : "a lab can boot it, with \(cards.joined(separator: " or "))")
            }
            for obstacle in kernel.obstacles { Output.line("a lab cannot use it: \(obstacle)") }
        }

        private func showNeeds(_ kernel: KernelInspection) {
            var table = Table("OPTION", "KERNEL", "WEIGHT", "WHAT A LAB USES IT FOR")
            for need in kernel.needs {
                table.add(
                    need.options.joined(separator: ", "), need.verdict.rawValue, need.weight.rawValue, need.purpose)
            }
            for device in kernel.devices {
                table.add(
                    device.options.joined(separator: ", "), device.verdict.rawValue, "device", device.purpose)
            }
            Output.table(table)
        }

        private func showModules(_ modules: [KernelInspection.Module]) {
            var table = Table("MODULE", "BUILT FOR", "FITS", "PARAMETERS")
            for module in modules {
                table.add(
                    module.name, module.versionMagic, module.objection ?? "yes",
                    module.parameters.isEmpty ? "-" : module.parameters.joined(separator: ","))
            }
            Output.table(table)
        }
    }
}
