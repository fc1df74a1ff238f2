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

    /// Whether somebody has stopped the node's CPUs; `false` if libvirt does not say.
    func isFrozen(_ node: NodeRecord) async -> Bool {
        do {
            return try await environment.hypervisor(of: record).withConnection { connection in
                try await connection.state(of: node.uuid).kind == .paused
            }
        } catch {
            return false
        }
    }

    private static func frozen(_ node: NodeRecord) -> LabError {
        LabError(
            .guestFrozen, "\(node.name) is frozen: its CPUs are stopped",
            hint: "`popcorn-lab fault \(node.name) thaw` lets it go on")
    }
}
