import Lab
import Results
import Topology

/// Whether the kernels of a case's lab offer what the case needs: those of the user's own need not, and their interface says so.
package struct KernelOffer: Sendable {
    private let interfaces: InterfaceStore

    /// By the interfaces that a user has.
    package init(environment: LabEnvironment) { interfaces = InterfaceStore(environment: environment) }

    /// What is not offered, a problem each; none if the case can be run, or if its lab's boot will say why not.
    package func lacks(of one: SuiteCase) -> [Problem] {
        one.point.lab.spec.nodes.flatMap { node in
            if node.system != nil {
                return [
                    Problem(
                        .notOffered, node: node.name,
                        "suites need programs of popcorn-lab in the guest, whose files are its user's own",
                        details: ["a node without `disk:` and with `initramfs: embedded` has them"])
                ]
            }
            guard let kernel = node.kernel, let interface = try? interfaces.interface(kernel.interface) else {
                return []
            }
            return lacks(of: one, interface, node.name)
        }
    }

    private func lacks(of one: SuiteCase, _ interface: KernelInterface, _ node: String) -> [Problem] {
        func lack(_ what: String, _ instead: String? = nil) -> Problem {
            Problem(
                .notOffered, node: node, "its kernel (\(interface.name)) does not offer \(what)",
                details: [instead].compactMap(\.self))
        }
        var lacks: [Problem] = []
        if one.point.schedule.isMovedByGuest, !interface.movesFromOutside {
            lacks.append(
                lack("moves from outside (`migrate: \(one.point.schedule)`)", interface.unavailable[.migrate]))
        }
        if !interface.hasOurFiles {
            lacks += one.point.fault.steps.compactMap { step in
                if case .hops = step.moment { return lack("a count of hops while they are made (`at: hop N`)") }
                return step.isAboutProcess ? lack("a table of processes (`sigkill`)") : nil
            }
        }
        lacks += one.expectation.counts.keys.sorted().filter { !interface.counts.contains($0) }.map {
            lack("what is needed to count `\($0)`", interface.unavailable[.trace])
        }
        return lacks
    }
}

extension KernelInterface {
    /// Whether threads can be moved by what is in the guest.
    fileprivate var movesFromOutside: Bool { hasOurFiles && unavailable[.migrate] == nil }

    /// Of `Expectation.countNames`, what can be known of a case.
    var counts: Set<String> {
        if hasOurFiles { return Set(Expectation.countNames) }
        guard tracing == .capture else { return [] }
        var counts: Set = ["messages", "message_bytes"]
        let roles = Set(transport.messages.compactMap(\.role))
        if roles.contains(.hopOut) { counts.insert("hops") }
        if roles.contains(.pageRequest) { counts.formUnion(["faults", "remote_faults"]) }
        return counts
    }
}

extension MoveSchedule {
    /// Whether a program beside it in the guest moves it, by the kernel.
    fileprivate var isMovedByGuest: Bool {
        switch self {
        case .none, .own, .at: false
        case .every, .bounce, .random: true
        }
    }
}

extension FaultStep {
    fileprivate var isAboutProcess: Bool {
        switch action {
        case .killOrigin, .killWorker: true
        default: false
        }
    }
}
