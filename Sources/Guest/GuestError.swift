import Support

/// What went wrong between this host and a guest.
package struct GuestError: ActionableError, Equatable {
    /// What kind of failure it is. Callers that try again or go on decide by it.
    package enum Code: String, Sendable {
        /// Nothing listens, or the network says so.
        case unreachable
        /// The guest showed another host key than the lab knows.
        case hostKeyMismatch
        /// The guest does not accept the lab's key for this user.
        case authenticationRefused
        /// A key cannot be read or made.
        case invalidKey
        /// The connection ended, or the guest stopped answering.
        case connectionLost
        /// A time limit passed.
        case timeout
        /// The guest refused a channel, a command or a subsystem.
        case refused
        /// A command ended without saying how.
        case commandFailed
        /// The place that the output of a command goes to cannot take it.
        case outputFailed
        /// A file or directory could not be read or written, here or there.
        case transferFailed
        /// The remote file or directory does not exist.
        case noSuchFile
        /// Somebody else has the guest's console.
        case busy
    }

    /// Decides the exit status and the usual hint.
    package var code: Code
    /// The node's name in its lab, which begins the error's sentence.
    package var node: String
    /// What failed, without the node's name.
    package var problem: String
    /// What to try; `nil` if there is nothing to say.
    package var hint: String?

    /// Without `hint`, the error gets the usual one of its code, if that has one.
    package init(_ code: Code, node: String, _ problem: String, hint: String? = nil) {
        self.code = code
        self.node = node
        self.problem = problem
        self.hint = hint ?? Self.usualHint(code, node: node)
    }

    package var summary: String { "\(node): \(problem)" }

    package var exitStatus: ExitStatus {
        switch code {
        case .timeout: .timeout
        case .invalidKey: .unavailable
        case .busy: .locked
        default: .failure
        }
    }

    private static func usualHint(_ code: Code, node: String) -> String? {
        switch code {
        case .unreachable, .timeout: "see what the guest says: popcorn-lab console \(node)"
        case .connectionLost: "the guest may have crashed or be paused: popcorn-lab console \(node)"
        case .hostKeyMismatch:
            "something else answers on this port, or the guest has another image: bring the lab up again"
        case .authenticationRefused: "check the node's `login:` and that its image carries the lab's public key"
        default: nil
        }
    }
}
