/// What a domain says about the lab that it belongs to, kept in its libvirt metadata.
///
/// `prune` finds domains by it when a lab's record is gone.
public struct LabMetadata: Codable, Sendable, Hashable {
    /// The XML namespace of the metadata element; the number changes when its meaning does.
    public static let namespace = "urn:popcorn-lab:lab:1"

    public var lab: String
    /// The lab's own id, which tells two labs of one name apart.
    public var labID: String
    public var node: String

    public init(lab: String, labID: String, node: String) {
        self.lab = lab
        self.labID = labID
        self.node = node
    }

    /// The element under a domain's `<metadata>`.
    var element: XMLElement {
        XMLElement(
            "lab:member",
            ["xmlns:lab": Self.namespace, "name": lab, "id": labID, "node": node])
    }

    /// Reads the element back, as libvirt returns it; `nil` if it is not ours.
    init?(xml: String) {
        guard let attributes = XMLElement.attributes(ofFirstElementIn: xml),
            let lab = attributes["name"], let id = attributes["id"], let node = attributes["node"]
        else { return nil }
        self.init(lab: lab, labID: id, node: node)
    }
}
