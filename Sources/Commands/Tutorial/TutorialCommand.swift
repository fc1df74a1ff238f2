import ArgumentParser
import Lab
import Support
import Topology

/// `popcorn-lab tutorial`: Popcorn Linux's tutorial at SOSP 2019 from start to end, told step by step. `make tutorial` runs it.
struct TutorialCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tutorial",
        abstract: "Popcorn's SOSP'19 tutorial from start to end: two kernels, one program that moves between them.",
        discussion: """
            Each step shows its command, and what every program prints is compared with what it should. The lab is that \
            of Configs/sosp2019.yaml, named tutorial unless --lab says otherwise.
            """)

    @OptionGroup var global: GlobalOptions

    @Flag(help: "Leave the lab up at the end.")
    var keep = false

    private static let lab = "tutorial"

    func run() async throws {
        let environment = try GlobalOptions.environment(uri: global.connect, verbose: global.verbose)
        let name = global.lab ?? Self.lab
        var spec = try LabSpec(yamlFile: environment.share.configs + "/sosp2019.yaml")
        spec.name = name
        let progress = UpProgress(nodes: spec.nodes.map(\.name), verbose: global.verbose)

        Narration.step(
            "Bring up an x86-64 and an aarch64 guest, each with its own kernel", "up -f Configs/sosp2019.yaml")
        let up = Up(environment: environment, report: { progress.show($0) })
        progress.finish(try await progress.following { [spec] in try await up.start(spec) })
        do {
            let tour = TutorialTour(access: try LabAccess(environment: environment, name: name))
            try await tour.run(executable: GlobalOptions.executable)
        } catch {
            Notice.line(
                "the lab stays up for a look: `popcorn-lab -l \(name) status`; `popcorn-lab down -l \(name)` ends it")
            throw error
        }
        if keep { return Notice.line("the lab stays up: `popcorn-lab status -l \(name)`") }
        Narration.step("Take the lab down; what was collected stays", "down")
        try await Down(environment: environment, report: { progress.show($0) }).stop(name, grace: .seconds(10))
    }
}

/// How the tutorial is told.
enum Narration {
    static func step(_ title: String, _ command: String) {
        Output.line("\n== \(title)")
        Self.command(command)
    }

    static func command(_ command: String) { Output.line("$ popcorn-lab \(command)") }
}
