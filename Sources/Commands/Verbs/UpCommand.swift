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

    @Option(help: "Give up after this time, such as 90s.")
    var timeout: TimeSpan?

    @Flag(help: "Print the plan and each guest's libvirt description; start nothing.")
    var dryRun = false

    func run() async throws {
        let spec = try topology.resolve(name: global.namedLab)
        var options = Up.Options()
        options.accelerator = accel
        options.keep = keep
        options.timeout = timeout?.duration
        let progress = UpProgress()
        let up = Up(environment: try global.environment(), options: options, report: { progress.show($0) })
        if dryRun { return Self.show(try await up.preview(spec)) }
        progress.finish(try await up(spec))
    }

    private static func show(_ preview: Up.Preview) {
        var table = Table("NODE", ">ID", "ISA", "IMAGE", "KERNEL", "ACCEL", "ADDRESS", "FABRIC MAC")
        for node in preview.record.nodes {
            table.add(
                node.name, String(node.id), node.spec.isa.rawValue, node.image, node.kernel, node.accelerator,
                node.spec.address.description, node.fabricMAC.description)
        }
        Output.table(table)
        for domain in preview.domains { Output.line("\n<!-- \(domain.node) -->\n\(domain.xml)") }
    }
}
