import Guest
import GuestContract
import Lab
import Results
import Support
import Topology

/// What a case left behind, and what it counted: whether its lab is as it was before.
struct Rest: Sendable {
    /// Sentences by node.
    var leftovers: [String: [String]] = [:]
    var counts: [String: Int] = [:]
    var problems: [Problem] = []
    /// Whether other cases can run on the lab.
    var isUsable = true

    /// How long the kernels may take on real hardware to give back what a program had.
    private static let limit = Duration.seconds(4)
    /// The same where a node was taken away, with pages that nobody can give back.
    private static let shortLimit = Duration.milliseconds(500)

    /// Heals what the case's faults did, waits until all is gone, and looks.
    static func find(
        _ one: SuiteCase, _ booted: BootedLab, _ nodes: [RecordedNode], since before: LabState,
        deaths: [CaseObservation.Death]
    ) async -> Rest {
        var rest = Rest()
        await rest.heal(one, booted, deaths)
        let dead = Set(deaths.map(\.node))
        let living = nodes.filter { !dead.contains($0.node.name) }
        if !dead.isEmpty { rest.isUsable = false }
        let known = LabState(nodes: before.nodes.filter { !dead.contains($0.key) })
        let state = await booted.access.awaitRest(
            of: living, limit: booted.scale(dead.isEmpty ? limit : shortLimit),
            since: known)
        let difference = StateDifference(state, since: known)
        // A node that its fault has taken may have had pages that nobody can give back.
        let isExcused = !one.point.victims.isEmpty
        for node in difference.nodes where !isExcused || node.problem != nil {
            rest.leftovers[node.name] = node.sentences
        }
        if !difference.isAtRest || !difference.isSound { rest.isUsable = false }
        rest.count(state)
        if !one.point.fault.steps.isEmpty { await rest.checkPeers(booted, living) }
        return rest
    }

    private mutating func heal(_ one: SuiteCase, _ booted: BootedLab, _ deaths: [CaseObservation.Death]) async {
        let touched = Set(one.point.fault.steps.compactMap { $0.node.map(one.point.nodeName) })
        for node in booted.access.record.nodes
        where touched.contains(node.name) && !deaths.contains(where: { $0.node == node.name }) {
            do {
                if one.point.fault.steps.contains(where: { $0.isFreeze }) {
                    try await Faults(access: booted.access).thaw(node)
                }
                try await NetworkControl(access: booted.access).heal(node)
            } catch {
                problems.append(
                    Problem(.fault, node: node.name, "its fault could not be taken away: \(error.sentence)"))
                isUsable = false
            }
        }
    }

    /// What the kernels have counted themselves, if they do as ours.
    private mutating func count(_ state: LabState) {
        let tables = state.nodes.values.compactMap(\.counters)
        guard tables.count == state.nodes.count else { return }
        var sums = ["messages": 0, "message_bytes": 0, "remote_faults": 0]
        for table in tables {
            sums["messages", default: 0] += Int(clamping: table.values["sent"] ?? 0)
            sums["message_bytes", default: 0] += Int(clamping: table.values["sent_bytes"] ?? 0)
            sums["remote_faults", default: 0] += Int(clamping: table.types["PAGE_REQUEST"]?.sent ?? 0)
        }
        counts = sums
    }

    /// After a fault, the message layer must find its way back by itself; a lab in which it has not is no lab.
    private mutating func checkPeers(_ booted: BootedLab, _ living: [RecordedNode]) async {
        guard living.count == booted.access.record.nodes.count else { return isUsable = false }
        for node in living {
            guard let table = try? await node.guest.condition().peers,
                table.peers.allSatisfy({ $0.id == node.node.id || $0.state == .up })
            else { return isUsable = false }
        }
    }
}

extension FaultStep {
    var isFreeze: Bool {
        switch action {
        case .freeze, .thaw: true
        default: false
        }
    }
}
