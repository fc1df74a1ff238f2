import GuestContract

/// What a lab has that it would not have at rest: what programs have left, and what has happened to its kernels.
package struct StateDifference: Codable, Sendable, Equatable {
    /// A process or worker that is still there.
    package struct Leftover: Codable, Sendable, Equatable {
        /// The program's name as the kernel keeps it; `-` if the process is gone and only the kernel's part is left.
        package var program: String
        /// In the node's guest; 0 for a worker that has not started.
        package var pid: Int32
        /// Whether it is the part of a process whose origin is another node.
        package var isWorker: Bool

        /// Takes all values as they are.
        package init(program: String, pid: Int32, isWorker: Bool) {
            self.program = program
            self.pid = pid
            self.isWorker = isWorker
        }
    }

    /// What is not as it should be on one node.
    package struct Node: Codable, Sendable, Equatable {
        /// The node's name.
        package var name: String
        /// Processes and workers.
        package var leftovers: [Leftover] = []
        /// Processes' memory of which the node has a part.
        package var spaces = 0
        /// Pages in it.
        package var pages: UInt64 = 0
        /// Why the node does not answer, if it does not.
        package var problem: String?
        /// Whether it has booted since the state that was compared with.
        package var hasRebooted = false
        /// Flags that have come since then, of those that say that the kernel was not well.
        package var newTaint: KernelTaint = []

        var isAtRest: Bool { leftovers.isEmpty && spaces == 0 && pages == 0 && problem == nil }
        var isSound: Bool { problem == nil && !hasRebooted && newTaint.isEmpty }
    }

    /// Those with something to tell, in the order of their names.
    package var nodes: [Node]

    /// - Parameter before: an earlier state of the lab, to which boots and taints are compared; `nil` compares with a boot.
    package init(_ state: LabState, since before: LabState? = nil) {
        let unreachable = state.unreachable.map { Node(name: $0.key, problem: $0.value) }
        nodes = (state.nodes.map { Node(name: $0.key, $0.value, before?.nodes[$0.key]) } + unreachable)
            .filter { !$0.isAtRest || !$0.isSound }.sorted { $0.name < $1.name }
    }

    /// Whether all nodes answer, and none has anything of a program.
    package var isAtRest: Bool { nodes.allSatisfy(\.isAtRest) }

    /// Whether all nodes answer, and none has booted or complained since.
    package var isSound: Bool { nodes.allSatisfy(\.isSound) }

    /// A sentence for each thing, such as `arm: worker sort 87 is left`; empty if all is as it should be.
    package var sentences: [String] { nodes.flatMap(\.sentences) }
}

extension StateDifference.Node {
    fileprivate init(name: String, _ state: NodeState, _ before: NodeState?) {
        self.init(name: name)
        leftovers =
            (state.processes?.processes ?? []).map { .init(program: $0.program, pid: $0.pid, isWorker: false) }
            + (state.processes?.workers ?? []).map { .init(program: $0.program, pid: $0.pid, isWorker: true) }
        // Those that have never moved are no business of the kernel's tables.
        let known = Set(leftovers.map(\.pid)).union(before?.strays.keys.map(\.self) ?? [])
        leftovers += state.strays.filter { !known.contains($0.key) }.sorted { $0.key < $1.key }.map { pid, path in
            .init(program: String(path.split(separator: "/").last ?? "-"), pid: pid, isWorker: false)
        }
        spaces = state.processes?.totals?.spaces ?? 0
        pages = state.processes?.totals?.pages ?? 0
        hasRebooted = before.map { $0.bootID != state.bootID } ?? false
        let taint = hasRebooted ? [] : before?.taint ?? []
        newTaint = state.taint.subtracting(taint).intersection(.trouble)
    }

    /// A sentence for each thing; empty if all is as it should be.
    package var sentences: [String] {
        if let problem { return ["\(name) does not answer: \(problem)"] }
        var sentences = leftovers.map { left in
            "\(name): \(left.isWorker ? "worker" : "process") \(left.program) \(left.pid) is left"
        }
        if spaces > 0 || pages > 0 { sentences.append("\(name): spaces=\(spaces) pages=\(pages) are left") }
        if hasRebooted { sentences.append("\(name) has booted meanwhile") }
        if !newTaint.isEmpty { sentences.append("\(name): the kernel is tainted \(newTaint.letters)") }
        return sentences
    }
}
