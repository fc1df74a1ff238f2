import ArgumentParser
import Hypervisor
import Lab
import Support
import Topology

/// `popcorn-lab up`: bring a lab up.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Bring a lab up, or complete one that runs in part; return when every node is ready.",
        discussion: """
            A node is ready when its kernel booted, its fabric address is up, the message layer is loaded and sees every \
            other node, and SSH answers. Nodes of a lab file may have kernels and disk images of your own, also such that only their \
            console leads into (docs/own-kernels.md). What runs already is not touched.

              popcorn-lab up x86,arm
              popcorn-lab up -l big 2*x86,2*arm        a second lab, beside the first
              popcorn-lab up -f Configs/x86-x86-arm.yaml --timeout 90s
            """)

    @OptionGroup var topology: TopologyOptions
    @OptionGroup var global: GlobalOptions

    @Option(help: "What runs the guests; auto takes KVM where a probe guest boots under it.")
    var accel: AcceleratorRequest = .auto

    @Flag(help: "On failure, leave guests and files as they are, for a look at them.")
    var keep = false

    @Option(
        help: ArgumentHelp(
            "Give up after this time, such as 90s (default: each step has its own limit).", valueName: "duration"))
    var timeout: TimeSpan?

    @Flag(help: "Print the plan and each guest's libvirt description; start nothing.")
    var dryRun = false

    func run() async throws {
        let spec = try topology.resolve(name: global.lab)
        var options = Up.Options()
        options.accelerator = accel
        options.keep = keep
        options.timeout = timeout?.duration
        let progress = UpProgress(nodes: dryRun ? [] : spec.nodes.map(\.name), verbose: global.verbose)
        let up = Up(environment: try global.environment(), options: options, report: { progress.show($0) })
        if dryRun { return Self.show(try await up.preview(spec)) }
        progress.finish(try await progress.following { try await up.start(spec) })
    }

    private static func show(_ preview: Up.Preview) {
        var table = Table("NODE", ">ID", "ISA", "IMAGE", "KERNEL", "ACCEL", "ADDRESS", "FABRIC MAC")
        for node in preview.record.nodes {
            table.add(
                node.name, String(node.id), node.spec.isa.rawValue, node.image, node.kernel, node.accelerator.rawValue,
                node.spec.address.description, node.fabricMAC.description)
        }
        Output.table(table)
        for domain in preview.domains { Output.line("\n<!-- \(domain.node) -->\n\(domain.xml)") }
    }
}
