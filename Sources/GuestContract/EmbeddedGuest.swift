import Guest
import Support
import Topology

/// A guest of the embedded kind, and all that a lab asks of one: a method for each question.
///
/// The guest answers by what our kernel modules put into `/proc` (`Images/kernel`) and by the programs of `Images/guest`.
/// No other module spells their commands or reads their output.
package struct EmbeddedGuest: Sendable {
    /// The node's name, for errors.
    package let name: String
    let session: any GuestConnection
    let timeScale: TimeScale
    /// Of its kernel, if that is its user's own.
    let interface: KernelInterface?
    /// Whether its files are its user's own: our programs are not there then.
    let isOwn: Bool

    /// - Parameters:
    ///   - session: an open connection, which stays the caller's to close.
    ///   - timeScale: how much longer things may take than on real hardware.
    ///   - interface: of its kernel, if that is its user's own.
    ///   - isOwn: whether its files are its user's own, too.
    package init(
        name: String, session: any GuestConnection, timeScale: TimeScale, interface: KernelInterface? = nil,
        isOwn: Bool = false
    ) {
        self.interface = interface
        self.isOwn = isOwn
        self.name = name
        self.session = session
        self.timeScale = timeScale
    }

    /// Whether its kernel measures messages by a test of its own, which tells no throughput.
    package var hasOwnTest: Bool { interface?.selfTest != nil }

    /// Whether its kernel has the files of our message layer.
    var hasOurFiles: Bool { interface?.hasOurFiles ?? true }

    /// The file of its kernel's counters, which a write makes zero; `nil` if it has none.
    var countersFile: String? { hasOurFiles ? GuestFile.counters : interface?.files[.counters] }

    /// The connection, for a program of ours that is led while it runs.
    ///
    /// - Throws: `ContractError.Code.notOffered` if the guest has none of them.
    func programs() throws -> GuestSession {
        guard !isOwn, let session = session as? GuestSession else {
            throw ContractError(
                .notOffered, "\(name): this needs programs of popcorn-lab in the guest, whose files are its user's own",
                hint: "the embedded guest has them: a node without `disk:` and with `initramfs: embedded`")
        }
        return session
    }

    /// When something must have happened that may take `limit` on real hardware.
    func deadline(_ limit: Duration) -> ContinuousClock.Instant { .now + timeScale(limit) }

    func failure(_ problem: String, hint: String? = nil) -> ContractError {
        ContractError(.failed, "\(name): \(problem)", hint: hint)
    }

    /// Runs a command that must succeed.
    ///
    /// - Parameters:
    ///   - limit: how long it may take on real hardware.
    ///   - subject: what an error names in front of what the command wrote.
    /// - Throws: `ContractError` if the command fails; what `GuestSession.exec` throws.
    func output(
        of command: String, within limit: Duration, subject: String, hint: String? = nil
    ) async throws -> RemoteResult {
        let result = try await session.exec(command, deadline: deadline(limit))
        guard result.succeeded else { throw failure("\(subject): \(result.errorText)", hint: hint) }
        return result
    }

    /// Runs a command that only has to succeed.
    ///
    /// - Parameter purpose: completes the sentence "cannot …".
    /// - Throws: `ContractError` if the command fails; what `GuestSession.exec` throws.
    func carryOut(_ command: String, to purpose: String) async throws {
        let result = try await session.exec(command, deadline: deadline(.seconds(5)))
        guard result.succeeded else {
            throw failure("cannot \(purpose): \(result.errorText.isEmpty ? command : result.errorText)")
        }
    }
}
