import ArgumentParser
import Lab
import Support

/// `popcorn-lab fault`: guests that end, stand still or crash, for those who want to see what the others do.
struct FaultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fault", abstract: "Kill, freeze or crash a guest on purpose.",
        discussion: """
              popcorn-lab fault arm kill      pull its plug: its QEMU is killed
              popcorn-lab fault arm freeze    stop its CPUs; `thaw` lets them go on
              popcorn-lab fault arm panic     make its kernel panic

            `net` breaks the network between guests. `up` starts guests that have ended.
            """)

    /// What can be done to a guest.
    enum Fault: String, ExpressibleByArgument, CaseIterable {
        case kill, freeze, thaw, panic
    }

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The node.", completion: .custom { _, _, _ in Completions.nodes })
    var node: String

    @Argument(help: "What is to happen to it: kill, freeze, thaw or panic.")
    var fault: Fault

    func run() async throws {
        let access = try global.access()
        let node = try access.node(node)
        let faults = Faults(access: access)
        switch fault {
        case .kill:
            try faults.kill(node)
            await access.announceEnd(of: node.name)
            Notice.line("\(node.name): killed")
        case .freeze:
            try await faults.freeze(node)
            Notice.line("\(node.name): frozen")
        case .thaw:
            try await faults.thaw(node)
            Notice.line("\(node.name): goes on")
        case .panic:
            try await faults.panic(node)
            await access.announceEnd(of: node.name)
            Notice.line("\(node.name): panicked")
        }
    }
}
