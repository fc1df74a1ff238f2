/// How far one node has come on its way to being ready: the requirements it fulfils, by what its console and SSH told.
///
/// A plain state machine; `ReadinessWatch` feeds it from a live node.
struct Readiness: Sendable {
    /// Where init's words came from. It says everything twice if it can.
    enum Source: Sendable {
        /// What shows there depends on log levels, and may be late or torn by what else the kernel prints.
        case console
        /// The port that init has for itself: complete, and from the boot's start.
        case port
    }

    private(set) var met: Set<Requirement> = []
    private(set) var sshListens = false
    /// Errors that the guest's init reported, by the requirement they stand in the way of.
    private(set) var errors: [Requirement: String] = [:]
    /// What peers have told of their architecture, by their ids, where the kernel's log says it.
    private(set) var architectures: [Int: String] = [:]
    private(set) var panic: String?
    private var hasPort = false

    /// The first requirement that is not met; `nil` when the node is ready.
    var waitingFor: Requirement? { Requirement.allCases.first { !met.contains($0) } }

    /// Takes note of an event; returns the requirements that it fulfils.
    mutating func handle(_ event: ConsoleEvent, from source: Source) -> [Requirement] {
        if case .panicked(let text) = event {
            panic = text
            return []
        }
        // From its first word on, the port has told all that the console may still tell, perhaps long after.
        if source == .port { hasPort = true } else if hasPort { return [] }
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
        case .joined(let id, let architecture):
            architectures[id] = architecture
            return []
        case .failed(let requirement, let message):
            errors[requirement] = message
            return []
        case .panicked: return []
        }
    }

    mutating func fulfil(_ requirement: Requirement) -> [Requirement] {
        errors[requirement] = nil
        return met.insert(requirement).inserted ? [requirement] : []
    }
}
