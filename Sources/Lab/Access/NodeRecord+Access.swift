import Guest
import GuestContract
import Hypervisor
import Support
import Topology

extension NodeRecord {
    /// How SSH reaches this node.
    func endpoint(_ paths: LabPaths) throws -> GuestEndpoint {
        try GuestEndpoint(node: name, port: sshPort, privateKeyPath: paths.privateKey, hostKey: hostKey)
    }

    /// Connects and logs in.
    ///
    /// - Parameter limit: how long to wait for a guest that does not answer yet; `nil` for what a booted guest needs.
    package func connect(_ paths: LabPaths, limit: Duration? = nil) async throws -> GuestSession {
        let limit = limit ?? timeScale(.seconds(4))
        return try await GuestSession.connect(to: endpoint(paths), watch: linkWatch, deadline: .now + limit)
    }

    /// What the node's guest offers over an open connection.
    package func guest(_ session: GuestSession) -> EmbeddedGuest {
        EmbeddedGuest(name: name, session: session, timeScale: timeScale, interface: interface)
    }

    /// An emulated guest on a busy host may be silent for seconds and still be well.
    private var linkWatch: LinkWatch {
        LinkWatch(probeAfter: .seconds(2), deadAfter: .seconds(4) + timeScale(.seconds(1)))
    }

    /// What time limits are multiplied by for this node.
    package var timeScale: TimeScale { TimeScale(accelerator.decided ?? .tcg) }
}
