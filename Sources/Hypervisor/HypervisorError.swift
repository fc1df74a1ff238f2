import Support

/// What can go wrong between the lab and libvirt, always with the domain or connection that it was about.
package typealias HypervisorError = CodedError<HypervisorErrorCode>

/// The codes of `HypervisorError`.
package enum HypervisorErrorCode: String, Codable, ErrorCode {
    /// The host lacks what the connection needs: a daemon, a package, an account.
    case cannotConnect
    /// A domain's description breaks a rule of ours or of libvirt's schema.
    case invalidSpec
    /// A domain of this name or UUID exists already.
    case alreadyExists
    /// There is no such domain, or no longer.
    case noSuchDomain
    /// QEMU did not start, or ended at once.
    case startFailed
    /// A host port that the domain forwards is taken by another process.
    case portInUse
    /// A disk of the host is full.
    case hostFull
    /// The requested accelerator does not work here.
    case acceleratorUnavailable
    /// QEMU answered a monitor command with an error.
    case monitorRefused
    /// Another process holds the embedded driver for too long.
    case busy
    /// Any other refusal of libvirt.
    case operationFailed

    package var exitStatus: ExitStatus {
        switch self {
        case .cannotConnect, .acceleratorUnavailable, .hostFull: .unavailable
        case .invalidSpec: .usage
        case .busy: .locked
        default: .failure
        }
    }
}
