/// How far one node has come on its way to being ready: the requirements it fulfils, by what its console and SSH told.
///
/// A plain state machine; `ReadinessWatch` feeds it from a live node.
struct Readiness: Sendable {
    private(set) var met: Set<Requirement> = []
    private(set) var sshListens = false
    /// Errors that the guest's init reported, by the requirement they stand in the way of.
    private(set) var errors: [Requirement: String] = [:]
    private(set) var panic: String?

    /// The first requirement that is not met; `nil` when the node is ready.
    var waitingFor: Requirement? { Requirement.allCases.first { !met.contains($0) } }

    /// Takes note of an event; returns the requirements that it fulfils.
    mutating func handle(_ event: ConsoleEvent) -> [Requirement] {
        switch event {
        case .met(let requirement):
            return fulfil(requirement)
        case .sshListens:
            sshListens = true
            return []
        case .peers(let up, let all):
            guard up == all else {
                met.remove(.peers)
                return []
            }
            return fulfil(.peers)
        case .failed(let requirement, let message):
            errors[requirement] = message
            return []
        case .panicked(let text):
            panic = text
            return []
        }
    }

    mutating func fulfil(_ requirement: Requirement) -> [Requirement] {
        errors[requirement] = nil
        return met.insert(requirement).inserted ? [requirement] : []
    }
}
