import ArgumentParser
import Lab
import Support

/// `popcorn-lab status`: what a lab is doing.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show a lab's nodes: state, accelerator and why, addresses, peers, uptime.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let status = try await global.access().status()
        switch output.format {
        case .json: try Output.json(status)
        case .table: Self.show(status)
        }
    }

    private static func show(_ status: LabStatus) {
        var table = Table(
            "NODE", ">ID", "ISA", "STATE", ">VCPUS", "ACCEL", "ADDRESS", ">SSH", "PEERS", ">UPTIME", "KERNEL", "NOTE")
        for node in status.nodes {
            let peers = node.peers.sorted { $0.key < $1.key }.map { name, state in
                let silence = node.silences[name].map { " for " + Duration.milliseconds($0).formattedSeconds } ?? ""
                return "\(name) \(state.rawValue)\(silence)"
            }
            let uptime = node.uptimeSeconds.map { Duration.milliseconds(Int64($0 * 1000)).formattedClock } ?? "-"
            table.add(
                node.name, String(node.id), node.isa.rawValue, node.state.rawValue, String(node.vcpus),
                node.accelerator.rawValue, node.address, String(node.sshPort),
                peers.isEmpty ? "-" : peers.joined(separator: ", "), uptime, node.kernel,
                node.problem ?? node.impairment)
        }
        Output.line("lab \(status.lab), on \(status.hypervisor)")
        Output.table(table)
        for node in status.nodes {
            Output.line("\(node.name) runs under \(node.accelerator.rawValue): \(node.acceleratorReason)")
        }
        if let cpus = status.hostCPUs {
            let virtual = status.nodes.map(\.vcpus).reduce(0, +)
            Output.line(
                "\(virtual) virtual CPUs on \(cpus) CPUs of this host"
                    + (virtual > cpus ? ": they take turns; `up --vcpus 1`, or `vcpus` in a lab file, makes fewer" : "")
            )
        }
        if let run = status.runs.last { Output.line("last run: \(run)") }
    }
}

/// `popcorn-lab ls`: all labs of this user.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "ls", abstract: "List this user's labs.")

    @OptionGroup var output: FormatOption

    func run() async throws {
        let labs = LabList(environment: try GlobalOptions.environment()).entries {
            Notice.warning("\($0)")
        }
        if output.format == .json { return try Output.json(labs) }
        if labs.isEmpty { return Notice.line("no labs; `popcorn-lab up x86,arm` brings one up") }
        var table = Table("LAB", "NODES", "RUNNING", "CREATED", "LAST RUN")
        for lab in labs {
            table.add(
                lab.name, lab.nodes.joined(separator: ","), "\(lab.running) of \(lab.nodes.count)",
                lab.created.formatted(.iso8601), lab.lastRun ?? "-")
        }
        Output.table(table)
    }
}
