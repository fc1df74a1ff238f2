import Hypervisor
import Support

/// Cores of all guests of a lab at one moment.
///
/// All stand still while the first is written until the last is: a kernel that stood still alone would be lost to the others,
/// and what is to be looked at with it.
struct CoreDump: Sendable {
    let access: LabAccess
    let guests: [(node: NodeRecord, qemu: ProcessIdentity, shelf: EvidenceShelf)]

    private static let file = "memory.elf"
    /// A core is written at the speed of the disk.
    private static let limit = Duration.seconds(120)

    func write() async -> [Diagnosis.Piece] {
        let able = guests.filter { !$0.qemu.isStopped }
        var problem: (any Error)?
        do {
            try await LabAccess.within(Self.limit, "cores") {
                try await access.environment.hypervisor(of: access.record).withConnection { try await write(able, $0) }
            }
        } catch {
            problem = error
        }
        return guests.map { guest in
            let stopped = LabError(.commandFailed, "the QEMU process \(guest.qemu.pid) is stopped")
            return guest.shelf.found(
                Self.file, what: "core", problem: able.contains { $0.node.id == guest.node.id } ? problem : stopped)
        }
    }

    private func write(
        _ able: [(node: NodeRecord, qemu: ProcessIdentity, shelf: EvidenceShelf)], _ connection: HypervisorConnection
    ) async throws {
        // Those that stood still before shall do so afterwards.
        var paused: [NodeRecord] = []
        var failure: (any Error)?
        for guest in able {
            do {
                guard try await connection.runState(guest.node.uuid) == "running" else { continue }
                try await connection.pause(guest.node.uuid)
                paused.append(guest.node)
            } catch {
                failure = error
            }
        }
        for guest in able {
            do {
                try await connection.dumpMemory(guest.node.uuid, to: guest.shelf.path(Self.file))
            } catch {
                failure = error
            }
        }
        for node in paused {
            do { try await connection.resume(node.uuid) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}
