import Topology

/// What a use case tells while it works; the command layer renders it.
package enum LabEvent: Sendable {
    /// Something about the lab as a whole, in a sentence.
    case note(String)
    /// What happened at one node, which is named as in the lab file.
    case node(String, NodeEvent)
}

/// A step of one node.
package enum NodeEvent: Sendable {
    /// A requirement is met, so long after the node's start.
    case met(Requirement, after: Duration)
    /// Anything else, in a clause that follows the node's name, such as `ending its QEMU`.
    case note(String)
}

/// Where use cases send their events; called from any task.
package typealias LabEventHandler = @Sendable (LabEvent) -> Void
