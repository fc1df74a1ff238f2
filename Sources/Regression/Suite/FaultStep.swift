import Fabric
import Topology

/// What goes wrong on purpose in a case, and when.
package struct FaultStep: Codable, Hashable, Sendable {
    /// What goes wrong.
    package enum Action: Codable, Hashable, Sendable {
        /// The cable of the node's fabric interface is pulled.
        case cut(node: String)
        /// Every fault of the node's network is taken away.
        case heal(node: String)
        /// The packets that the node sends are late (µs), get lost (percent), or are slowed down (bits per second).
        case impair(node: String, delay: Int?, loss: Double?, rate: Int?)
        /// The node's QEMU gets SIGKILL.
        case kill(node: String)
        /// The node's CPUs stop.
        case freeze(node: String)
        /// They go on.
        case thaw(node: String)
        /// The node's kernel panics.
        case panic(node: String)
        /// The program's process at its origin gets SIGKILL.
        case killOrigin
        /// The program's process at a node other than its origin gets SIGKILL.
        case killWorker(node: String)
    }

    /// When it does.
    package enum Moment: Codable, Hashable, Sendable {
        /// So long after the program was started, or after the step before if that came later.
        case time(TimeSpan)
        /// When its threads have made so many hops together.
        case hops(Int)
        /// When a line of its output matches.
        case output(Pattern)
        /// When a kernel says a line that matches, on this node if one is named.
        case kernelLine(Pattern, node: String?)
    }

    /// What goes wrong.
    package var action: Action
    /// When it does.
    package var moment: Moment

    /// Takes both as they are.
    package init(_ action: Action, at moment: Moment) {
        self.action = action
        self.moment = moment
    }

    /// The node whose kernel it waits for, as the suite names it; `nil` for any, or none.
    package var awaitedNode: String? { if case .kernelLine(_, let node) = moment { node } else { nil } }

    /// The node whose guest does not survive it, by name.
    package var victim: String? {
        switch action {
        case .kill(let node), .panic(let node): node
        default: nil
        }
    }

    /// The node that it is about, as the suite names it; `nil` for the program's origin.
    package var node: String? {
        switch action {
        case .cut(let node), .heal(let node), .impair(let node, _, _, _), .kill(let node), .freeze(let node),
            .thaw(let node),
            .panic(let node), .killWorker(let node):
            node
        case .killOrigin: nil
        }
    }
}

/// The faults of a case, in order, under a name.
package struct FaultPlan: Codable, Hashable, Sendable {
    /// As the suite calls it; `none` for the plan without steps.
    package var name: String
    /// In the order of the file; each waits for its own moment, and none begins before the one in front of it.
    package var steps: [FaultStep]

    /// Nothing goes wrong on purpose.
    package static let none = FaultPlan(name: "none", steps: [])

    /// Takes both as they are.
    package init(name: String, steps: [FaultStep]) {
        self.name = name
        self.steps = steps
    }

    /// The nodes whose guests do not survive it, by name.
    package var victims: Set<String> { Set(steps.compactMap(\.victim)) }
}
