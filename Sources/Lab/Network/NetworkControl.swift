import Fabric
import FoundationEssentials
import GuestContract
import Hypervisor
import Support
import Topology
import Trace

/// `net`: faults on purpose on the wire between the guests, and captures of what goes over it.
package struct NetworkControl: Sendable {
    let access: LabAccess

    /// Controls the network of the lab that `access` gives.
    package init(access: LabAccess) { self.access = access }

    private var store: LabStore { access.environment.store }
    private var lab: String { access.record.spec.name }

    /// Pulls the cable of a node's fabric interface, or puts it back. It works from outside, whatever the guest does.
    package func setLink(_ node: NodeRecord, up: Bool) async throws {
        let hypervisor = try access.environment.hypervisor(of: access.record)
        try await hypervisor.withConnection { try await $0.setLink(node.uuid, .fabric, up: up) }
        try change(node) { $0.linkCut = !up }
    }

    /// Adds to what the node's fabric interface does to the packets it sends.
    package func impair(_ node: NodeRecord, _ addition: Impairment) async throws {
        try await apply(node, try impairment(of: node).netem.merging(addition))
    }

    /// Takes every fault of a node away.
    package func heal(_ node: NodeRecord) async throws {
        let current = try impairment(of: node)
        if current.linkCut { try await setLink(node, up: true) }
        if !current.netem.isNone { try await apply(node, Impairment()) }
    }

    /// As the record has it now: that of `access` is from when the lab was opened.
    private func record() throws -> LabRecord { try store.load(lab) ?? access.record }

    private func impairment(of node: NodeRecord) throws -> NodeImpairment {
        try record().impairments[node.name] ?? NodeImpairment()
    }

    private func apply(_ node: NodeRecord, _ impairment: Impairment) async throws {
        try await access.withSession(node) { session in
            try await node.guest(session).changeFabric(impairment.command(interface: EmbeddedGuest.fabricInterface))
        }
        try change(node) { $0.netem = impairment }
    }

    private func change(_ node: NodeRecord, _ change: (inout NodeImpairment) -> Void) throws {
        try store.update(lab) { record in
            var impairment = record.impairments[node.name] ?? NodeImpairment()
            change(&impairment)
            record.impairments[node.name] = impairment == NodeImpairment() ? nil : impairment
        }
    }

    /// Starts recording every frame of some nodes' fabric interfaces.
    ///
    /// - Returns: the run whose directory the captures go to.
    package func startCapture(_ nodes: [NodeRecord]) async throws -> RunDirectory {
        if let running = try record().capture {
            throw LabError(
                .badArgument, "a capture runs already, into \(running.run)",
                hint: "`popcorn-lab net capture stop` ends it")
        }
        let run = try RunDirectory.create(verb: .capture, directories: access.environment.directories)
        try Directories.create(run.captures)
        try Manifest(run: run, verb: .capture, record: access.record, environment: access.environment).save(run)
        // The record first: a crash from here on leaves captures that `stop` knows of.
        try store.update(lab) { record in
            record.capture = LabRecord.Capture(run: run.id, nodes: nodes.map(\.name))
            record.runs.append(run.id)
        }
        let hypervisor = try access.environment.hypervisor(of: access.record)
        try await hypervisor.withConnection { connection in
            for node in nodes {
                try await connection.startCapture(node.uuid, .fabric, to: run.capture(node.name))
            }
        }
        return run
    }

    /// What `stopCapture` made.
    package struct Captured: Sendable {
        /// The run that `startCapture` made; its directory holds the nodes' files and the merged one.
        package var run: RunDirectory
        /// One for each node that has left a file, in the order of the nodes that the capture was started with.
        package var outcomes: [CaptureMerger.Outcome]
    }

    /// Ends the capture and merges the nodes' files into one pcapng, on one clock.
    package func stopCapture() async throws -> Captured {
        guard let capture = try record().capture else {
            throw LabError(.badArgument, "no capture runs", hint: "`popcorn-lab net capture start` starts one")
        }
        let run = RunDirectory(id: capture.run, directories: access.environment.directories)
        let nodes = try access.nodes(capture.nodes)
        let hypervisor = try access.environment.hypervisor(of: access.record)
        let alive = QEMUProcess.find(uuids: nodes.map(\.uuid))
        try await hypervisor.withConnection { connection in
            for node in nodes where alive[node.uuid] != nil {
                do {
                    try await connection.stopCapture(node.uuid, .fabric)
                } catch let error as HypervisorError where error.code == .monitorRefused {
                    // It never started, because its `start` was killed; its file is short or absent.
                    access.environment.log.warning("\(node.name): \(error.summary)")
                }
            }
        }
        try store.update(lab) { $0.capture = nil }
        let sources = try nodes.filter { Glibc.access(run.capture($0.name), R_OK) == 0 }.map { node in
            CaptureSource(
                node: node.name, path: run.capture(node.name), mac: node.fabricMAC,
                anchors: try CaptureClock.anchor(of: run.capture(node.name)).map { [$0] } ?? [])
        }
        let outcomes = try CaptureMerger(sources, clocks: CaptureClock.relate(sources)).write(to: run.mergedCapture)
        var manifest = try Manifest.load(run)
        manifest.ended = Date()
        try manifest.save(run)
        return Captured(run: run, outcomes: outcomes)
    }
}
