import ISA
import UserInput

extension LabSpec {
    /// Reads the short form of a lab: `x86,arm`, `2*x86,arm`, `origin=x86,remote=arm`.
    ///
    /// Each item is an ISA by any of its names, with a count before it or a node name, and makes nodes with default
    /// values. Nodes without a name are called `x86`, `x86-2`, `arm`, ...
    /// - Parameter vcpus: of every node.
    /// - Throws: `InputError`, which lists every item that is wrong.
    package init(
        spec: String, name: String = defaultName, vcpus: DefaultVCPUs = .each(DefaultVCPUs.most)
    ) throws(InputError) {
        let nodes = try Self.draftNodes(spec: spec)
        let (lab, problems) = LabDraft(name: name, nodes: nodes, vcpus: vcpus).completed()
        self = lab
        try Self.check(problems)
    }

    /// The nodes of the short form, with the gaps that it leaves.
    static func draftNodes(spec: String) throws(InputError) -> [LabDraft.Node] {
        guard spec.contains(where: { !$0.isWhitespace }) else {
            throw InputError(
                .inconsistent, "the list of nodes is empty", hint: "name an ISA for each node, such as x86,arm")
        }
        var nodes: [LabDraft.Node] = []
        var problems: [LabProblem] = []
        for (index, item) in spec.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            do throws(InputError) {
                nodes += try Self.nodes(of: item.trimmed, at: index + 1)
            } catch {
                problems.append(LabProblem("", error.summary))
            }
        }
        try check(problems)
        return nodes
    }

    private static func check(_ problems: [LabProblem]) throws(InputError) {
        guard var error = InputError(problems) else { return }
        error.hint = "nodes are a list of ISAs, such as x86,arm or 2*x86,arm or origin=x86,remote=arm"
        throw error
    }

    private static func nodes(of item: String, at place: Int) throws(InputError) -> [LabDraft.Node] {
        guard !item.isEmpty else { throw InputError(.inconsistent, "item \(place) of the list of nodes is empty") }
        if let split = item.firstIndex(of: "=") {
            let name = item[..<split].trimmed
            return [LabDraft.Node(name: name, isa: try ISA(parsing: item[item.index(after: split)...].trimmed))]
        }
        if let split = item.firstIndex(of: "*") {
            let count = item[..<split].trimmed
            let isa = try ISA(parsing: item[item.index(after: split)...].trimmed)
            guard let count = Int(digits: count), LabLimits.nodes.contains(count) else {
                throw InputError(
                    .inconsistent,
                    "'\(count)' in '\(item)' is not a number of nodes from \(LabLimits.nodes.lowerBound) to "
                        + "\(LabLimits.nodes.upperBound)")
            }
            return Array(repeating: LabDraft.Node(isa: isa), count: count)
        }
        return [LabDraft.Node(isa: try ISA(parsing: item))]
    }
}

extension StringProtocol {
    /// Without the blanks at both ends.
    var trimmed: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
