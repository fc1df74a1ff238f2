import ArgumentParser
import Hypervisor
import Lab
import Support
import Topology

/// `popcorn-lab up`: bring a lab up.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Bring a lab up, or complete it; return when every node is ready.")

    @OptionGroup var topology: TopologyOptions
    @OptionGroup var global: GlobalOptions

    @Option(help: "What runs the guests: auto, kvm or tcg.")
    var accel: AcceleratorRequest = Setting.value("accel", .auto)

    @Flag(help: "Leave everything as it is when it fails.")
    var keep = Setting.isOn("keep")

    func run() async throws {
        let spec = try topology.resolve(name: global.namedLab)
        var options = Up.Options()
        options.accelerator = accel
        options.keep = keep
        let progress = UpProgress()
        let outcome = try await Up(
            environment: try global.environment(), options: options, report: { progress.show($0) })(spec)
        progress.finish(outcome)
    }
}
