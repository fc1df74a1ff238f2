import Hypervisor
import Support

/// `dump`: a guest's memory and registers, as an ELF core that `crash` and gdb open.
package struct MemoryDump: Sendable {
    let access: LabAccess
    /// The other guests go on meanwhile.
    let alone: Bool

    /// Works on the nodes of the lab that `access` gives.
    package init(access: LabAccess, alone: Bool) {
        self.access = access
        self.alone = alone
    }

    /// Writes the core; the guest stands still meanwhile, and the others with it.
    ///
    /// - Parameter path: absolute; an old file is overwritten.
    /// - Throws: `LabError` with `guestDied` if the guest has ended, since its memory went with it.
    package func write(_ node: NodeRecord, to path: String) async throws {
        let alive = QEMUProcess.find(uuids: access.record.nodes.map(\.uuid))
        guard alive[node.uuid] != nil else {
            throw LabError(
                .guestDied, "\(node.name) has ended, and its memory with it",
                hint: "a guest whose `cmdline` has `panic=0` stays when its kernel panics, and can be dumped then")
        }
        // QEMU writes for whoever may write there: a file that it cannot make is told at once.
        let others = alone ? [] : access.record.nodes.filter { $0.id != node.id && alive[$0.uuid] != nil }
        try await access.environment.hypervisor(of: access.record).withConnection { connection in
            var paused: [NodeRecord] = []
            var failure: (any Error)?
            do {
                for other in others where try await connection.runState(other.uuid) == "running" {
                    try await connection.pause(other.uuid)
                    paused.append(other)
                }
                try await connection.dumpMemory(node.uuid, to: path)
            } catch {
                failure = error
            }
            for other in paused {
                do { try await connection.resume(other.uuid) } catch { failure = failure ?? error }
            }
            if let failure { throw failure }
        }
    }
}
