import GuestContract

/// What a line of a guest's console means to the lab.
///
/// The lines are the kernel's, and those by which init reports.
enum ConsoleEvent: Equatable, Sendable {
    case met(Requirement)
    /// The SSH server listens; that it answers is for us to see.
    case sshListens
    /// How many of its peers the node sees.
    case peers(up: Int, of: Int)
    /// What a peer has told of itself.
    case joined(id: Int, architecture: String)
    case failed(Requirement, message: String)
    /// The kernel gave up.
    case panicked(String)

    init?(line: String) {
        if let range = line.firstRange(of: "Kernel panic - not syncing") {
            self = .panicked(String(line[range.lowerBound...]))
            return
        }
        guard let report = InitReport(line: line) else { return nil }
        switch report.stage {
        case .error:
            guard let (stage, message) = report.failure, let requirement = Self.requirement(of: stage) else {
                return nil
            }
            self = .failed(requirement, message: message)
        case .sshd:
            self = .sshListens
        case .peers:
            guard let (up, all) = report.peers else { return nil }
            self = .peers(up: up, of: all)
        case .joined:
            guard let (id, architecture) = report.joined else { return nil }
            self = .joined(id: id, architecture: architecture)
        case .booted, .fabric, .modules, .ready:
            guard let requirement = Self.requirement(of: report.stage) else { return nil }
            self = .met(requirement)
        }
    }

    private static func requirement(of stage: InitReport.Stage) -> Requirement? {
        switch stage {
        case .booted: .kernel
        case .fabric: .fabric
        case .modules: .messageLayer
        case .sshd: .ssh
        case .peers, .joined, .ready: .peers
        case .error: nil
        }
    }
}
