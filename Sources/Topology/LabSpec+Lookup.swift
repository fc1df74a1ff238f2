import ISA
import Support
import UserInput

extension LabSpec {
    /// The node id that somebody means by `text`: a node's name, its id, or an ISA that only one node has.
    ///
    /// - Throws: `InputError` with code `.unknownName`, which lists the lab's nodes.
    package func nodeID(_ text: String) throws(InputError) -> Int {
        if let id = nodes.firstIndex(where: { $0.name == text }) { return id }
        if let id = Int(digits: text), nodes.indices.contains(id) { return id }
        let names = nodes.map(\.name)
        let list = nodes.enumerated().map { "\($1.name) (\($0))" }.joined(separator: ", ")
        if let isa = ISA(anyName: text) {
            let ids = nodes.indices.filter { nodes[$0].isa == isa }
            if ids.count == 1 { return ids[0] }
            if ids.count > 1 {
                throw InputError(
                    .unknownName, "'\(text)' may be any of \(ids.count) nodes of the lab '\(name)'",
                    hint: "name one of the nodes: \(list)")
            }
        }
        throw InputError(
            .unknownName,
            "the lab '\(name)' has no node '\(text)'" + NearestName.suggestion(for: text, among: names),
            hint: "the nodes are \(list)")
    }
}
