import FoundationEssentials
import Hypervisor

/// `ls`: the labs of this user, from their records and the process table.
package struct LabList: Sendable {
    /// What the list says of one lab.
    package struct Entry: Codable, Sendable {
        /// The lab's name.
        package var name: String
        /// The nodes' names as in the lab file, in the order of their ids.
        package var nodes: [String]
        /// How many of the nodes have a QEMU.
        package var running: Int
        /// When the lab's record was made, before its guests were started.
        package var created: Date
        /// The id of the lab's newest run; `nil` for a moment while its first `up` has not made one yet.
        package var lastRun: String?
    }

    let environment: LabEnvironment

    /// Makes a list of the labs in the environment's state directory; nothing is read yet.
    package init(environment: LabEnvironment) { self.environment = environment }

    /// - Parameter warn: is told of labs whose records cannot be read.
    package func entries(warn: (any Error) -> Void) -> [Entry] {
        let (records, broken) = environment.store.all()
        for lab in broken { warn(lab.error) }
        let processes = QEMUProcess.find(uuids: records.flatMap { $0.nodes.map(\.uuid) })
        return records.map { record in
            Entry(
                name: record.spec.name, nodes: record.nodes.map(\.name),
                running: record.nodes.count { processes[$0.uuid] != nil }, created: record.created,
                lastRun: record.runs.last)
        }
    }
}
