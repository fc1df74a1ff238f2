import Support

/// The process that has libvirt's embedded driver open, one at a time on a root.
///
/// The driver belongs to a process from its first connection until the process ends: `virConnectClose` releases nothing, and
/// libvirt cannot initialise it twice (measured with 9.0.0). So a command that lives for minutes would lock out every other.
/// Instead the program runs itself again for each short section, with `verb` as first argument, and talks to that helper
/// through a socket that is the helper's standard input.
package enum HypervisorHelper {
    /// The hidden first argument of the program.
    package static let verb = "hypervisor-helper"

    /// Serves one section and ends the process, if `arguments`, the whole command line, ask for it.
    ///
    /// To be called first thing in the program's `main`.
    package static func serveIfAsked(_ arguments: [String]) {
        guard arguments.count == 3, arguments[1] == verb else { return }
        let root = EmbeddedRoot(path: arguments[2])
        var socket = MessageSocket(descriptor: STDIN_FILENO)
        do {
            try root.prepare()
            let lock = try FileLock.waiting(path: root.lockPath, purpose: verb)
            let served = Result { try serve(&socket, root: root) }
            if case .failure(let error) = served { try? socket.send(HypervisorReply(error)) }
            // The driver is free for others when this process is gone, so the lock must last as long.
            withExtendedLifetime(lock) { ProcessEnd.now(.success) }
        } catch {
            try? socket.send(HypervisorReply(error))
            ProcessEnd.now(.failure)
        }
    }

    private static func serve(_ socket: inout MessageSocket, root: EmbeddedRoot) throws {
        let target = HypervisorTarget.embedded(root: root.path, reason: "")
        let session = try LibvirtSession(target: target, logPath: root.path + "/libvirt.log")
        // The first message says that the driver is open.
        try socket.send(HypervisorReply.done)
        while let request = try socket.receive(HypervisorRequest.self) {
            let reply: HypervisorReply
            do { reply = try session.perform(request) } catch { reply = HypervisorReply(error) }
            try socket.send(reply)
        }
    }
}
