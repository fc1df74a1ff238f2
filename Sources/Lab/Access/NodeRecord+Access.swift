import Guest
import GuestContract
import Hypervisor
import Support
import Topology

extension NodeRecord {
    /// How SSH reaches this node.
    func endpoint(_ paths: LabPaths) throws -> GuestEndpoint {
        let login = spec.system?.login
        return try GuestEndpoint(
            node: name, port: sshPort, user: login?.user ?? "root", privateKeyPath: login?.key ?? paths.privateKey,
            password: login?.password, hostKey: hostKey.isEmpty ? nil : hostKey)
    }

    /// How its serial console reaches this node.
    func consoleAccess(_ paths: LabPaths) -> ConsoleSession.Access {
        let login = spec.system?.login ?? GuestLogin()
        return ConsoleSession.Access(
            node: name, socket: paths.consoleSocket(name), lock: paths.consoleLock(name),
            purpose: "popcorn-lab " + CommandLine.arguments.dropFirst().joined(separator: " "), user: login.user,
            password: login.password, timeScale: timeScale)
    }

    /// Connects and logs in.
    ///
    /// - Parameter limit: how long to wait for a guest that does not answer yet; `nil` for what a booted guest needs.
    package func connect(_ paths: LabPaths, limit: Duration? = nil) async throws -> any GuestConnection {
        let limit = limit ?? timeScale(.seconds(4))
        if isConsoleOnly { return try await ConsoleSession.connect(consoleAccess(paths), deadline: .now + limit) }
        return try await GuestSession.connect(to: endpoint(paths), watch: linkWatch, deadline: .now + limit)
    }

    /// What the node's guest offers over an open connection.
    package func guest(_ session: any GuestConnection) -> EmbeddedGuest {
        EmbeddedGuest(
            name: name, session: session, timeScale: timeScale, interface: interface, isOwn: spec.system != nil)
    }

    /// Silence is not death: a guest that was paused, or waits for a busy host, goes on later, and so does what runs in it. That QEMU
    /// has ended shows at once. So the host is as patient as the kernels are with each other by default.
    var linkWatch: LinkWatch { LinkWatch(probeAfter: .seconds(2), deadAfter: .seconds(60)) }

    /// What time limits are multiplied by for this node.
    package var timeScale: TimeScale { TimeScale(accelerator.decided ?? .tcg) }
}
