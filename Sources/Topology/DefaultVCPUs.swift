/// How many virtual CPUs a node has for which nobody gave a number.
package enum DefaultVCPUs: Sendable, Hashable {
    /// So many each.
    case each(Int)
    /// As many as there are CPUs of the host for each node, from one to two.
    ///
    /// Virtual CPUs that have to take turns make guests slower, not quicker: the one that the others wait for does not
    /// run.
    case sharing(hostCPUs: Int)

    /// More than this has to be asked for.
    package static let most = 2

    /// - Parameter nodes: how many the lab has.
    func perNode(nodes: Int) -> Int {
        switch self {
        case .each(let count): count
        case .sharing(let cpus): min(Self.most, max(1, cpus / max(1, nodes)))
        }
    }
}
