import Lab
import Support

/// What `up` prints while guests boot: a line for each step, as it happens.
struct UpProgress: Sendable {
    func show(_ event: LabEvent) {
        switch event {
        case .note(let text): Notice.line(text)
        case .node(let node, .note(let text)): Notice.line("\(node): \(text)")
        case .node(let node, .met(let requirement, let elapsed)):
            Notice.line("\(node): \(requirement.title) (\(elapsed.formattedSeconds))")
        }
    }

    func finish(_ outcome: Up.Outcome) {
        let record = outcome.record
        if outcome.started.isEmpty {
            Notice.line("lab '\(record.spec.name)' was up already; nothing was touched")
        } else {
            let all = outcome.started.count == record.nodes.count
            let what = all ? "is up" : "is complete again: started \(outcome.started.joined(separator: ", "))"
            Notice.line("lab '\(record.spec.name)' \(what) (\(outcome.duration.formattedSeconds))")
        }
    }
}
