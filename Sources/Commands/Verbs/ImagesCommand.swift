import ArgumentParser
import ISA
import ImageStore
import Lab
import Support
import Topology

/// `popcorn-lab images`: what guests are made of.
struct ImagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images", abstract: "Build, list, show and remove guest images.",
        subcommands: [Build.self, List.self, Show.self, Remove.self])

    struct Build: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Build the images of a recipe that are missing; `up` does it too.")

        @Argument(help: "The recipe: a file of Images/, without its .yaml.")
        var recipe = NodeSpec.defaultImage

        @Option(help: "The ISAs: x86, arm or both with a comma (default: both).")
        var isa: String?

        @Flag(help: "Resolve and build anew, with the newest packages.")
        var refresh = false

        func run() async throws {
            let store = try GlobalOptions.environment().imageStore
            let isas = try isa?.split(separator: ",").map { try ISA(parsing: String($0)) } ?? ISA.allCases
            let began = ContinuousClock.now
            let images = try await store.ensure(recipe: try store.recipe(named: recipe), isas: isas, refresh: refresh) {
                Notice.line($0.sentence)
            }
            Notice.line("\(images.count) images (\((ContinuousClock.now - began).formattedSeconds))")
            for (_, image) in images.sorted(by: { $0.key < $1.key }) { Output.line(image.id) }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "ls", abstract: "List the images, newest first.")
        @OptionGroup var output: FormatOption

        func run() async throws {
            let images = try GlobalOptions.environment().imageStore.list()
            if output.format == .json { return try Output.json(images.map(\.record)) }
            if images.isEmpty { return Notice.line("no images; `popcorn-lab images build` makes them") }
            var table = Table("IMAGE", "RECIPE", "ISA", "KERNEL", "FORMAT", ">INITRAMFS", "BUILT", ">TOOK")
            for image in images {
                table.add(
                    image.id, image.record.recipe, image.isa.rawValue, image.kernelVersion, image.kernelFormat.rawValue,
                    "\(image.record.initramfs.size >> 10) KiB", image.record.built,
                    "\(Fixed.text(image.record.buildSeconds, 1)) s")
            }
            Output.table(table)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print an image's record: every package with version and digest, kernel, modules.")

        @Argument(help: "The beginning of an image's id.") var id: String

        func run() async throws { try Output.json(try GlobalOptions.environment().imageStore.show(id).record) }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rm", abstract: "Remove images; guests that run from them go on.")

        @Argument(help: "The beginnings of images' ids.") var ids: [String]

        func run() async throws {
            let store = try GlobalOptions.environment().imageStore
            for id in ids { try store.remove(id) }
        }
    }
}
