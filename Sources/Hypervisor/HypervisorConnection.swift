import Support

/// An open connection to the hypervisor, on a thread of its own because libvirt's calls block.
///
/// Obtain one through `Hypervisor.withConnection`; after that it is closed and every call throws.
package actor HypervisorConnection {
    private enum Link {
        case direct(LibvirtSession)
        case helper(HelperProcess)
        case closed
    }

    private let executor: ThreadExecutor
    private var link: Link = .closed

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Whether guests would run as another account than ours, unless we say otherwise.
    private var needsLabels = false

    init() { executor = ThreadExecutor(name: "hypervisor") }

    func open(_ hypervisor: Hypervisor) throws {
        if let root = hypervisor.target.embeddedRoot {
            link = .helper(try HelperProcess(executable: hypervisor.helperExecutable, root: EmbeddedRoot(path: root)))
        } else {
            try Directories.create(hypervisor.stateDirectory)
            let session = try LibvirtSession(
                target: hypervisor.target, logPath: hypervisor.stateDirectory + "/libvirt.log")
            link = .direct(session)
            needsLabels = hypervisor.target.isLocal && hypervisor.target.uri.hasPrefix("qemu:///system")
        }
    }

    func close() {
        if case .helper(let helper) = link { helper.finish() }
        link = .closed
    }

    func perform(_ request: HypervisorRequest) throws -> HypervisorReply {
        switch link {
        case .direct(let session): return try session.perform(request)
        case .helper(let helper): return try helper.perform(request)
        case .closed: throw HypervisorError(.cannotConnect, "the connection to the hypervisor is closed")
        }
    }

    /// The security labels for a guest, where the host's daemon is the one that starts it.
    func labels() throws -> SecurityLabels? {
        guard needsLabels else { return nil }
        guard case .text(let models) = try perform(.securityModels) else { throw mismatch() }
        return SecurityLabels(models: models.split(separator: " ").map(String.init), user: geteuid(), group: getegid())
    }

    /// An answer that does not fit its question: another version of the program serves as helper.
    func mismatch() -> HypervisorError {
        HypervisorError(.cannotConnect, "the hypervisor helper gave an answer to another question")
    }
}
