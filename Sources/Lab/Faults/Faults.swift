import Guest
import GuestContract
import Hypervisor
import Support
import Topology

/// `fault`: ends, freezes and crashes guests on purpose. What can be done to their network is `NetworkControl`'s.
package struct Faults: Sendable {
    let access: LabAccess

    /// Works on the nodes of the lab that `access` gives.
    package init(access: LabAccess) { self.access = access }

    /// Ends a node at once, as a power failure does: its QEMU gets SIGKILL. Returns when it is gone.
    ///
    /// - Throws: `LabError` with `guestDied` if it is gone already.
    package func kill(_ node: NodeRecord) throws {
        let qemu = try qemu(of: node)
        qemu.send(signal: SIGKILL)
        guard qemu.waitForExit(.seconds(5)) else {
            throw LabError(.commandFailed, "\(node.name): QEMU \(qemu.pid) does not end")
        }
    }

    /// Stops a node's CPUs where they are. Its devices, its network too, answer nobody, and its clock stands still.
    package func freeze(_ node: NodeRecord) async throws {
        try await hypervisor.withConnection { try await $0.pause(node.uuid) }
    }

    /// Lets a frozen node go on; one that is not frozen just goes on.
    package func thaw(_ node: NodeRecord) async throws {
        try await hypervisor.withConnection { connection in
            guard try await connection.state(of: node.uuid).kind == .paused else { return }
            try await connection.resume(node.uuid)
        }
    }

    /// Makes a node's kernel panic, which ends its QEMU. Returns when the console or the end of QEMU shows it.
    ///
    /// - Throws: `LabError` with `guestDied` if the node is gone already, with `commandFailed` if the kernel goes on.
    package func panic(_ node: NodeRecord) async throws {
        _ = try qemu(of: node)
        let events = try GuestWatch(access: access, severity: .panic).events()
        let limit = node.timeScale(.seconds(10))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                for await event in events where event.node == node.name && event.isEnd { return true }
                return false
            }
            group.addTask {
                try await Task.sleep(for: limit)
                return false
            }
            // It never returns; what becomes of the connection is of no interest.
            group.addTask {
                try await access.withSession(node) { try await node.guest($0).crashKernel() }
                try await Task.sleep(for: limit)
                return false
            }
            guard try await group.next() ?? false else {
                throw LabError(.commandFailed, "\(node.name): the kernel has not panicked")
            }
        }
    }

    /// Which part of a process is meant.
    package enum ProcessPart: Sendable {
        /// What was started, wherever its threads are.
        case origin
        /// What hosts its threads at this node, which is not its origin.
        case worker(NodeRecord)
    }

    /// A process that was killed.
    package struct Killed: Codable, Sendable, Equatable {
        /// The node where it was, by name.
        package var node: String
        /// Its id in that node's guest.
        package var pid: Int32
    }

    /// Kills a migratable program with SIGKILL, or the part of it at another node.
    ///
    /// - Parameter program: its name; all processes of that name are meant.
    /// - Returns: what was killed, which is not empty.
    /// - Throws: `LabError` with `badArgument` if there is no such process; a node that cannot be asked.
    package func killProcess(_ program: String, _ part: ProcessPart) async throws -> [Killed] {
        let tables = try await access.onEach(access.record.nodes) { node, session in
            (node: node, table: try await node.guest(session).processes())
        }
        let victims = Self.victims(of: program, part, in: tables.map { ($0.node.name, $0.table) })
        guard !victims.isEmpty else {
            throw LabError(
                .badArgument, "no migratable process '\(program)' is at \(part.place)",
                hint: "`popcorn-lab ps` lists those that run")
        }
        let nodes = try access.nodes(Set(victims.map(\.node)).sorted())
        _ = try await access.onEach(nodes) { node, session in
            let pids = victims.filter { $0.node == node.name }.map(\.pid)
            try await node.guest(session).kill(pids)
        }
        return victims
    }

    /// - Parameter tables: what each node says, by its name.
    static func victims(
        of program: String, _ part: ProcessPart, in tables: [(node: String, table: NodeProcessTable)]
    ) -> [Killed] {
        // What the kernel keeps of a program's name.
        let name = Array(program.utf8.prefix(15))
        let found = tables.flatMap { entry in
            entry.table.processes.filter { $0.program.utf8.elementsEqual(name) }.map { (entry.node, $0) }
        }
        switch part {
        case .origin: return found.map { Killed(node: $0.0, pid: $0.1.pid) }
        case .worker(let node):
            let ids = Set(found.map(\.1.id))
            let workers = tables.first { $0.node == node.name }?.table.workers ?? []
            return workers.filter { ids.contains($0.id) && $0.pid > 0 }.map { Killed(node: node.name, pid: $0.pid) }
        }
    }

    private var hypervisor: Hypervisor {
        get throws { try access.environment.hypervisor(of: access.record) }
    }

    private func qemu(of node: NodeRecord) throws -> ProcessIdentity {
        guard let qemu = QEMUProcess.find(uuid: node.uuid) else {
            throw LabError(
                .guestDied, "\(node.name) does not run",
                hint: "`popcorn-lab up` starts the guests of a lab that have ended")
        }
        return qemu
    }
}

extension Faults.ProcessPart {
    fileprivate var place: String {
        switch self {
        case .origin: "any node"
        case .worker(let node): node.name
        }
    }
}
