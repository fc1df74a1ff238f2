/// What a connection can be asked for; it crosses a socket when libvirt runs in a helper process.
///
/// Domains are named by UUID, as a name may pass to a successor.
enum HypervisorRequest: Codable, Sendable, Equatable {
    case versions
    case securityModels
    /// Answered by `each`, with a reply for each domain.
    case start([DomainDescription])
    /// The same.
    case validate([DomainDescription])
    case state(uuid: String)
    case list
    case destroy(uuids: [String])
    case pause(uuid: String)
    case resume(uuid: String)
    case monitor(uuid: String, command: String)
    case dump(uuid: String, path: String)
}

/// A domain to start or to check.
struct DomainDescription: Codable, Sendable, Equatable {
    var xml: String
    var name: String
}

/// The answer to a request.
enum HypervisorReply: Codable, Sendable {
    case done
    case versions(HypervisorVersions)
    case state(DomainState)
    case domains([LabDomain])
    case text(String)
    case each([HypervisorReply])
    case failed(code: HypervisorError.Code, summary: String, hint: String?)

    init(_ error: any Error) {
        let error = error as? HypervisorError ?? HypervisorError(.operationFailed, "\(error)")
        self = .failed(code: error.code, summary: error.summary, hint: error.hint)
    }

    /// The reply itself, unless it is a failure.
    func checked() throws(HypervisorError) -> HypervisorReply {
        guard case .failed(let code, let summary, let hint) = self else { return self }
        throw HypervisorError(code, summary, hint: hint)
    }
}

/// What runs the guests at the other end of a connection.
package struct HypervisorVersions: Codable, Sendable, Hashable {
    /// `7.2.22` for QEMU 7.2.22.
    package var qemu: String
    /// In the same form. With a daemon it is the daemon's version.
    package var libvirt: String
    /// The machine's name as in `uname -m`, which is another host's if the connection is remote.
    var hostMachine: String
}
