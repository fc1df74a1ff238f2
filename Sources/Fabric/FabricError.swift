import Support

/// What can go wrong with the wire between the guests.
enum FabricError: ActionableError, Equatable {
    case switchMissing(String)
    case switchDidNotStart(String)
    case switchDidNotStop(Int32)
    case badImpairment(String)

    var summary: String {
        switch self {
        case .switchMissing(let reason): "cannot run vde_switch, the lab's Ethernet switch: \(reason)"
        case .switchDidNotStart(let reason): "vde_switch did not start: \(reason)"
        case .switchDidNotStop(let pid): "vde_switch, process \(pid), does not end"
        case .badImpairment(let text): text
        }
    }

    var hint: String? {
        switch self {
        case .switchMissing: "run `make setup`, or install the Debian package vde2"
        case .switchDidNotStart, .switchDidNotStop: nil
        case .badImpairment: "examples: `net delay arm 5ms --jitter 1ms`, `net loss arm 1%`"
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .switchMissing: .unavailable
        case .switchDidNotStart, .switchDidNotStop: .failure
        case .badImpairment: .usage
        }
    }
}
