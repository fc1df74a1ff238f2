/// Whether a combination can be run and judged at all.
struct CombinationCheck {
    private(set) var problems: [SuiteProblem] = []
    private let group: CaseGroup
    private let lab: Suite.Lab

    /// - Parameter path: of the group or the inclusion that made it.
    init(_ group: CaseGroup, _ point: CaseGroup.Point, _ expectation: Expectation, _ path: String) {
        self.group = group
        lab = point.lab
        let place = group.axes.starts.firstIndex(of: point.start)
        check(point.start, path == group.path ? "\(path).start[\(place ?? 0)]" : path + ".start")
        for (index, step) in point.fault.steps.enumerated() {
            let path = "faults.\(point.fault.name)[\(index)]"
            if let node = step.node { check(node, path) }
            if let node = step.awaitedNode { check(node, path + ".at.node") }
        }
        for line in expectation.kernelLines { if let node = line.node { check(node, line.path) } }
        if expectation.stdout == .shipped, !point.program.isShipped {
            problems.append(
                SuiteProblem(
                    path + ".expect.stdout",
                    "nothing ships that program '\(point.program.name)' of group '\(group.name)' should print"))
        }
    }

    private mutating func check(_ node: String, _ path: String) {
        do {
            _ = try lab.spec.nodeID(node)
        } catch {
            let hint = error.hint.map { "; \($0)" } ?? ""
            problems.append(SuiteProblem(path, "\(error.summary) (in group '\(group.name)')\(hint)"))
        }
    }
}

extension SuiteProgram {
    fileprivate var isShipped: Bool { if case .shipped = source { true } else { false } }
}
