import ArgumentParser
import Fabric
import Lab
import Support

/// `popcorn-lab net`: faults on the fabric, and captures of it.
struct NetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "net", abstract: "Cut, slow down and record the network between the guests.",
        discussion: """
              popcorn-lab net cut arm; popcorn-lab net heal arm
              popcorn-lab net delay arm 5ms --jitter 1ms
              popcorn-lab net loss arm 1%
              popcorn-lab net capture start; popcorn-lab ping x86 arm; popcorn-lab net capture stop

            `status` shows what is in force. Delay, loss and rate apply to what the node sends.
            """,
        subcommands: [Cut.self, Heal.self, Delay.self, Loss.self, Rate.self, Capture.self])

    /// What every subcommand that works on one node takes.
    struct Target: ParsableArguments {
        @OptionGroup var global: GlobalOptions

        @Argument(help: "The node.", completion: .custom { _, _, _ in Completions.nodes })
        var node: String

        func resolve() throws -> (NetworkControl, NodeRecord) {
            let access = try global.access()
            return (NetworkControl(access: access), try access.node(node))
        }
    }

    struct Cut: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Pull the cable of a node's fabric interface; SSH goes on working.")
        @OptionGroup var target: Target

        func run() async throws {
            let (net, node) = try target.resolve()
            try await net.setLink(node, up: false)
            Notice.line("\(node.name): link cut")
        }
    }

    struct Heal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take every fault of a node away: cut, delay, loss and rate.")
        @OptionGroup var target: Target

        func run() async throws {
            let (net, node) = try target.resolve()
            try await net.heal(node)
            Notice.line("\(node.name): healed")
        }
    }

    struct Delay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Delay the packets that a node sends.")
        @OptionGroup var target: Target
        @Argument(help: "The delay, such as 5ms or 200us; 0ms takes it away.") var delay: String
        @Option(help: ArgumentHelp("Uniform variation of the delay, such as 1ms.", valueName: "duration")) var jitter:
            String?

        func run() async throws {
            let addition = Impairment(
                delay: try Impairment.duration(delay), jitter: try jitter.map(Impairment.duration))
            try await apply(addition, target)
        }
    }

    struct Loss: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Drop a part of the packets that a node sends.")
        @OptionGroup var target: Target
        @Argument(help: "The part, such as 1%; 0% takes it away.") var loss: String

        func run() async throws { try await apply(Impairment(loss: try Impairment.percentage(loss)), target) }
    }

    struct Rate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Limit the rate at which a node sends.")
        @OptionGroup var target: Target
        @Argument(help: "The rate in bits per second, such as 10mbit.") var rate: String

        func run() async throws { try await apply(Impairment(rate: try Impairment.rate(rate)), target) }
    }

    struct Capture: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Record every frame of the fabric, for Wireshark.", subcommands: [Start.self, Stop.self])

        struct Start: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Start recording, into a run of its own.")
            @OptionGroup var global: GlobalOptions
            @Argument(help: "Nodes (default: all).", completion: .custom { _, _, _ in Completions.nodes })
            var nodes: [String] = []

            func run() async throws {
                let access = try global.access()
                let run = try await NetworkControl(access: access).startCapture(try access.nodes(nodes))
                Notice.line("recording into \(run.captures)")
            }
        }

        struct Stop: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Stop recording, and merge the nodes' captures into one pcapng.")
            @OptionGroup var global: GlobalOptions

            func run() async throws {
                let access = try global.access()
                let captured = try await NetworkControl(access: access).stopCapture()
                for outcome in captured.outcomes {
                    Notice.line("\(outcome.node): \(outcome.packets) packets\(outcome.note.map { ", " + $0 } ?? "")")
                }
                Output.line(captured.run.mergedCapture)
            }
        }
    }
}

private func apply(_ addition: Impairment, _ target: NetCommand.Target) async throws {
    let (net, node) = try target.resolve()
    try await net.impair(node, addition)
    Notice.line("\(node.name): \(addition.summary)")
}
