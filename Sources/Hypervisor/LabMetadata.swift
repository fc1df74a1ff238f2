import Support

/// What a domain says about the lab that it belongs to, kept in its libvirt metadata.
///
/// `prune` finds domains by it when a lab's record is gone.
package struct LabMetadata: Codable, Sendable, Hashable {
    /// The XML namespace of the metadata element; the number changes when its meaning does.
    static let namespace = "urn:popcorn-lab:lab:1"

    /// Whose lab it is: one connection may serve several state directories, and `prune` of one must not touch the others'.
    package var owner: String
    /// The lab's name, as in its record.
    package var lab: String
    /// The lab's own id, which tells two labs of one name apart.
    package var labID: String
    /// The node's name within the lab.
    package var node: String
    /// The process without which the guest has no use, as with a probe; `nil` if the guest lives on its own.
    package var keeper: ProcessIdentity?

    /// Without `keeper`, the guest lives until somebody ends it.
    package init(owner: String, lab: String, labID: String, node: String, keeper: ProcessIdentity? = nil) {
        self.owner = owner
        self.lab = lab
        self.labID = labID
        self.node = node
        self.keeper = keeper
    }

    /// The owner that the labs of a state directory have; hosts that share a remote hypervisor are told apart by their names.
    package static func owner(stateDirectory: String) -> String {
        var name = utsname()
        uname(&name)
        let host = withUnsafeBytes(of: name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return "\(host):\(stateDirectory)"
    }

    /// The element under a domain's `<metadata>`.
    var element: XMLElement {
        let keeper = keeper.map { "\($0.pid) \($0.startTime)" } ?? ""
        return XMLElement(
            "lab:member",
            [
                "xmlns:lab": Self.namespace, "owner": owner, "name": lab, "id": labID, "node": node, "keeper": keeper,
            ])
    }

    /// Reads the element back, as libvirt returns it; `nil` if it is not ours.
    init?(xml: String) {
        guard let attributes = XMLElement.attributes(ofFirstElementIn: xml),
            let owner = attributes["owner"], let lab = attributes["name"], let id = attributes["id"],
            let node = attributes["node"]
        else { return nil }
        let keeper = (attributes["keeper"] ?? "").split(separator: " ").compactMap { UInt64($0) }
        self.init(
            owner: owner, lab: lab, labID: id, node: node,
            keeper: keeper.count == 2 ? ProcessIdentity(pid: Int32(clamping: keeper[0]), startTime: keeper[1]) : nil)
    }
}
