import Guest
import Hypervisor
import Support

extension LabAccess {
    /// A guest that is well answers in a fraction of that.
    private static let patience = Duration.seconds(1)

    /// `withSession(_:_:)` for questions that a guest answers at once: one that is frozen is told as such, and not waited for
    /// as long as silence may last.
    ///
    /// - Throws: `LabError` with `guestFrozen`; otherwise as `withSession`.
    func withAnsweringSession<Answer: Sendable>(
        _ node: NodeRecord, _ body: @escaping @Sendable (any GuestConnection) async throws -> Answer
    ) async throws -> Answer {
        try await withThrowingTaskGroup(of: Answer?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await withSession(node, body) }
            group.addTask {
                // libvirt is asked only if there is reason to: `status` needs none of a lab that is well.
                try await Task.sleep(for: node.timeScale(Self.patience))
                if await isFrozen(node) { throw Self.frozen(node) }
                return nil
            }
            do {
                while let answer = try await group.next() { if let answer { return answer } }
            } catch let error as GuestError {
                // It may have been frozen just before its silence was long enough.
                if await isFrozen(node) { throw Self.frozen(node) }
                throw error
            }
            throw CancellationError()
        }
    }

    /// How long QEMU may take to answer; one that the host has stopped does not.
    private static let monitorPatience = Duration.seconds(10)

    /// Whether somebody has stopped the node's CPUs, a debugger for instance; `false` if QEMU does not say.
    ///
    /// QEMU itself is asked: a libvirt that has just found a guest tells what it was when somebody last looked.
    func isFrozen(_ node: NodeRecord) async -> Bool {
        let state = try? await Self.within(Self.monitorPatience, "\(node.name): QEMU's monitor") {
            try await environment.hypervisor(of: record).withConnection { connection in
                try await connection.runState(node.uuid)
            }
        }
        return state.map(Self.stopped.contains) ?? false
    }

    /// States of QEMU (`RunState` of its QMP) in which a guest can go on: by the monitor, and by a debugger.
    private static let stopped: Set = ["paused", "debug"]

    private static func frozen(_ node: NodeRecord) -> LabError {
        LabError(
            .guestFrozen, "\(node.name) is frozen: its CPUs are stopped",
            hint: "`popcorn-lab fault \(node.name) thaw` lets it go on, or the debugger that holds it")
    }
}
