import FoundationEssentials
import Hypervisor

/// `ls`: the labs of this user, from their records and the process table.
package struct LabList: Sendable {
    package struct Entry: Codable, Sendable {
        package var name: String
        package var nodes: [String]
        /// How many of the nodes have a QEMU.
        package var running: Int
        package var created: Date
        package var lastRun: String?
    }

    let environment: LabEnvironment

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
