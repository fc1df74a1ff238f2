import Support

/// What can go wrong with a lab as a whole.
package typealias LabError = CodedError<LabErrorCode>

/// The codes of `LabError`.
package enum LabErrorCode: ErrorCode {
    /// No lab of this user has the name.
    case noSuchLab
    /// A node of the lab has no session; `InputError` is for names that no node has.
    case noSuchNode
    /// A lab's record cannot be parsed or contradicts itself.
    case brokenRecord
    /// `up` was given other nodes than those of the lab that runs under the name.
    case otherTopology
    /// A node did not meet a requirement in time, or its init reported that it cannot.
    case notReady
    /// A guest's QEMU or the lab's switch has ended, a guest's kernel has panicked, or its console cannot be reached.
    case guestDied
    /// A guest's CPUs are stopped, by `fault NODE freeze` or by whoever else has asked its hypervisor for it.
    case guestFrozen
    /// What the user asked for does not make sense, or does not fit this lab.
    case badArgument
    /// Something that was done in a guest or to a process did not do what it should.
    case commandFailed
    /// A kernel of the lab does not offer what a command needs.
    case notOffered
    /// This host lacks something, such as a program, an image or a permission.
    case hostUnfit

    package var exitStatus: ExitStatus {
        switch self {
        case .noSuchLab, .noSuchNode, .badArgument, .otherTopology, .notOffered: .usage
        case .hostUnfit: .unavailable
        case .notReady: .timeout
        case .brokenRecord, .guestDied, .guestFrozen, .commandFailed: .failure
        }
    }
}
