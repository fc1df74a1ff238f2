import Results
import Trace

/// What the kernels' logs say of a case.
struct KernelJudge {
    let one: SuiteCase

    /// How many lines from the first sign of trouble on are kept with it: a call trace is about as long.
    private static let context = 40

    /// - Parameter messages: of each node, since the case began.
    func problems(of messages: [String: [KernelMessage]]) -> [Problem] {
        let nodes = messages.sorted { $0.key < $1.key }
        var problems = nodes.flatMap { trouble(of: $0.key, $0.value) }
        for line in one.expectation.kernelLines {
            let asked = nodes.filter { line.node.map(one.point.nodeName) ?? $0.key == $0.key }
            let found = asked.compactMap { node, messages in
                messages.first { line.pattern.matches($0.text) }.map { (node, $0) }
            }
            switch line.meaning {
            case .has where found.isEmpty:
                problems.append(
                    Problem(.dmesg, node: line.node.map(one.point.nodeName), "no line matches \(line.pattern)"))
            case .lacks:
                problems += found.map { node, message in
                    Problem(.dmesg, node: node, "a line matches \(line.pattern)", details: [message.classicLine])
                }
            case .has, .ignores: break
            }
        }
        return problems
    }

    /// One problem for a node: the worst that its kernel said, and what followed it.
    private func trouble(of node: String, _ messages: [KernelMessage]) -> [Problem] {
        let ignored = one.expectation.kernelLines.filter { $0.meaning == .ignores }
        func isIgnored(_ message: KernelMessage) -> Bool {
            ignored.contains { ($0.node.map(one.point.nodeName) ?? node) == node && $0.pattern.matches(message.text) }
        }
        let signs = messages.enumerated().compactMap { index, message -> (index: Int, trouble: KernelTrouble)? in
            guard let trouble = message.trouble, trouble.isFailure, !isIgnored(message) else { return nil }
            return (index, trouble)
        }
        // A fault that lets the kernel panic gets what it wants.
        guard !one.point.victims.contains(node), let first = signs.first,
            let worst = signs.max(by: { $0.trouble.severity < $1.trouble.severity })
        else { return [] }
        var lines = messages[first.index...].prefix(Self.context).map(\.classicLine)
        if worst.index >= first.index + Self.context {
            lines = lines.prefix(Self.context / 2) + ["…"]
            lines += messages[worst.index...].prefix(Self.context / 2).map(\.classicLine)
        }
        return [
            Problem(
                .kernelTrouble, node: node, "\(worst.trouble.severity.rawValue): \(messages[worst.index].text)",
                details: lines)
        ]
    }
}
