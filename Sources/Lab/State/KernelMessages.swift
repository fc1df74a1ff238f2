import GuestContract
import Support
import Trace

/// What the kernels of a lab have said, or why they cannot be asked.
package struct KernelMessages: Sendable {
    /// By the node's name, in the order of their numbers.
    package var nodes: [String: [KernelMessage]] = [:]
    /// Nodes that have answered, but have no such mark: they have booted since, or have said too much. All is told of them.
    package var withoutMark: Set<String> = []
    /// By the node's name, why it has not answered.
    package var unreachable: [String: String] = [:]

    /// Signs of trouble, by the node's name in the order of names.
    package var troubles: [(node: String, message: KernelMessage, trouble: KernelTrouble)] {
        nodes.sorted { $0.key < $1.key }.flatMap { node, messages in
            messages.compactMap { message in message.trouble.map { (node, message, $0) } }
        }
    }

    mutating func add(_ messages: [KernelMessage], of node: String, after mark: String?) {
        guard let mark else { return nodes[node] = messages }
        // Only user space's own words are a mark.
        let place = messages.lastIndex { $0.facility != 0 && $0.text == mark }
        if place == nil { withoutMark.insert(node) }
        nodes[node] = Array(messages[(place.map { $0 + 1 } ?? 0)...])
    }
}

extension LabAccess {
    /// What all kernels have said, all at once, over connections of its own.
    ///
    /// - Parameter mark: a text that `begin(mark:)` has written; only what came after it is told. `nil` for all.
    package func kernelMessages(after mark: String? = nil) async -> KernelMessages {
        typealias Answer = (node: String, messages: Result<[KernelMessage], any Error>)
        return await withTaskGroup(of: Answer.self) { group in
            for node in record.nodes {
                group.addTask {
                    do {
                        let bytes = try await withSession(node) { try await node.guest($0).kernelLog() }
                        var parser = KernelLogParser()
                        return (node.name, .success(parser.feed(bytes) + parser.finish()))
                    } catch {
                        return (node.name, .failure(error))
                    }
                }
            }
            return await group.reduce(into: KernelMessages()) { all, answer in
                switch answer.messages {
                case .success(let messages): all.add(messages, of: answer.node, after: mark)
                case .failure(let error): all.unreachable[answer.node] = error.sentence
                }
            }
        }
    }
}
