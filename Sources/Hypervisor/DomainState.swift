import CLibvirt

/// What a guest is doing, as far as libvirt and the host's process table know.
package struct DomainState: Codable, Sendable, Hashable {
    /// libvirt's states, as far as a lab tells them apart.
    package enum Kind: String, Codable, Sendable {
        case running
        case paused
        /// Powered off, with its definition still there. Our own domains are transient and become `absent` instead.
        case shutoff
        case crashed
        /// There is no such domain: it was never started, or it ended.
        case absent
    }

    /// Which of them it is.
    package var kind: Kind
    /// Why, in libvirt's terms; empty if it does not say.
    package var reason: String

    static let gone = DomainState(.absent, reason: "no QEMU process")

    /// `reason` is in libvirt's terms, or ours; empty if there is none to tell.
    package init(_ kind: Kind, reason: String = "") {
        self.kind = kind
        self.reason = reason
    }

    /// The state's name and reason from `virDomainGetState`.
    init(libvirtState state: Int32, reason: Int32) {
        switch virDomainState(UInt32(bitPattern: state)) {
        case VIR_DOMAIN_RUNNING, VIR_DOMAIN_BLOCKED, VIR_DOMAIN_NOSTATE: self.init(.running)
        case VIR_DOMAIN_PAUSED, VIR_DOMAIN_PMSUSPENDED: self.init(.paused, reason: Self.pausedReason(reason))
        case VIR_DOMAIN_CRASHED: self.init(.crashed, reason: "panicked")
        case VIR_DOMAIN_SHUTDOWN: self.init(.shutoff, reason: "shutting down")
        default: self.init(.shutoff, reason: Self.shutoffReason(reason))
        }
    }

    private static func pausedReason(_ reason: Int32) -> String {
        switch virDomainPausedReason(UInt32(bitPattern: reason)) {
        case VIR_DOMAIN_PAUSED_USER: "paused by the user"
        case VIR_DOMAIN_PAUSED_IOERROR: "disk error"
        case VIR_DOMAIN_PAUSED_WATCHDOG: "watchdog"
        case VIR_DOMAIN_PAUSED_SHUTTING_DOWN: "shutting down"
        case VIR_DOMAIN_PAUSED_CRASHED: "crashed"
        case VIR_DOMAIN_PAUSED_STARTING_UP: "starting up"
        default: ""
        }
    }

    private static func shutoffReason(_ reason: Int32) -> String {
        switch virDomainShutoffReason(UInt32(bitPattern: reason)) {
        case VIR_DOMAIN_SHUTOFF_SHUTDOWN: "powered off"
        case VIR_DOMAIN_SHUTOFF_DESTROYED: "destroyed"
        case VIR_DOMAIN_SHUTOFF_CRASHED: "QEMU ended"
        case VIR_DOMAIN_SHUTOFF_FAILED: "failed to start"
        default: ""
        }
    }
}

/// A domain that carries our metadata.
package struct LabDomain: Codable, Sendable, Hashable {
    /// As libvirt lists it. A later domain may have the same name.
    package var name: String
    /// In lower case, with hyphens.
    package var uuid: String
    /// What the domain says about its lab.
    package var metadata: LabMetadata
    /// As it was when the domains were listed.
    package var state: DomainState

    /// Makes an entry of a list of domains.
    package init(name: String, uuid: String, metadata: LabMetadata, state: DomainState) {
        self.name = name
        self.uuid = uuid
        self.metadata = metadata
        self.state = state
    }
}
