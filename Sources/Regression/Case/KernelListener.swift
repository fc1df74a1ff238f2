import GuestContract
import Lab
import Support
import Trace

/// Listens to the kernels of a lab while a case goes on.
struct KernelListener: Sendable {
    let nodes: [RecordedNode]
    /// What the kernels' logs show where the case begins; lines before it are others'.
    let mark: String

    /// Tells each line of each kernel as it comes, until it is cancelled.
    ///
    /// - Parameters:
    ///   - heard: a line, without its stamp, and its node's name.
    ///   - lost: a node that cannot be listened to any more, and why.
    func listen(
        heard: @escaping @Sendable (_ text: String, _ node: String) -> Void,
        lost: @escaping @Sendable (_ node: String, _ reason: String) -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            for node in nodes {
                group.addTask {
                    do {
                        try await follow(node) { heard($0, node.node.name) }
                        try Task.checkCancellation()
                        lost(node.node.name, "its log has come to an end")
                    } catch {
                        if !Task.isCancelled { lost(node.node.name, error.sentence) }
                    }
                }
            }
        }
    }

    private func follow(_ node: RecordedNode, _ heard: (String) -> Void) async throws {
        let command = try await node.guest.followKernelLog()
        defer { command.end.cancel() }
        var parser = KernelLogParser()
        var hasBegun = false
        for await chunk in command.output {
            for message in parser.feed(chunk) + parser.flush() {
                if hasBegun { heard(message.text) }
                // Only user space's own words are a mark.
                if message.facility != 0, message.text == mark { hasBegun = true }
            }
        }
    }
}
