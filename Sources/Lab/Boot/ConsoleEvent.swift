/// What a line of a guest's console means to the lab.
///
/// The lines are those of `Images/guest/init/report.c` (`popcorn-init: STAGE DETAIL`) and of the kernel.
public enum ConsoleEvent: Equatable, Sendable {
    case met(Requirement)
    /// The SSH server listens; that it answers is for us to see.
    case sshListens
    /// How many of its peers the node sees.
    case peers(up: Int, of: Int)
    case failed(Requirement, message: String)
    /// The kernel gave up.
    case panicked(String)

    public init?(line: String) {
        if let range = line.firstRange(of: "Kernel panic - not syncing") {
            self = .panicked(String(line[range.lowerBound...]))
            return
        }
        guard let range = line.firstRange(of: "popcorn-init: ") else { return nil }
        let words = line[range.upperBound...].split(separator: " ", maxSplits: 1)
        guard let stage = words.first else { return nil }
        let rest = words.count > 1 ? String(words[1]) : ""
        switch stage {
        case "error":
            let parts = rest.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let requirement = Self.requirement(ofStage: parts[0]) else { return nil }
            self = .failed(requirement, message: String(parts[1].drop { $0 == " " }))
        case "sshd":
            self = .sshListens
        case "peers":
            let numbers = rest.split(separator: " ")
            guard numbers.count == 3, let up = Int(numbers[0]), let all = Int(numbers[2]) else { return nil }
            self = .peers(up: up, of: all)
        default:
            guard let requirement = Self.requirement(ofStage: stage) else { return nil }
            self = .met(requirement)
        }
    }

    private static func requirement(ofStage stage: Substring) -> Requirement? {
        switch stage {
        case "booted": .kernel
        case "fabric": .fabric
        case "modules": .messageLayer
        case "sshd": .ssh
        case "peers", "ready": .peers
        default: nil
        }
    }
}
