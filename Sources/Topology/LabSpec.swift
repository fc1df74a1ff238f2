import ISA

/// A lab as the user asked for it: guests, the wire between them, and the message layer on that wire.
///
/// The initialisers that read text (`init(spec:name:)`, `init(yaml:file:)`) give a valid lab or throw; who changes a
/// lab or makes one from parts calls `validate()`.
package struct LabSpec: Codable, Sendable, Hashable {
    /// `name` of the lab file: what commands and the lab's directory call it; see `NameRule`.
    package var name: String
    /// The place of a node in this list is its node id.
    package var nodes: [NodeSpec]
    /// The Ethernet between the nodes.
    package var fabric: FabricSpec
    /// How the nodes' kernels talk over the fabric.
    package var messageLayer: MessageLayerSpec

    /// What a lab is called if neither its file nor the command line says.
    package static let defaultName = "default"

    /// Makes a lab from its parts, with the defaults of a lab file; nothing is checked, see `validate(hostCPUs:)`.
    package init(
        name: String = defaultName, nodes: [NodeSpec], fabric: FabricSpec = FabricSpec(),
        messageLayer: MessageLayerSpec = MessageLayerSpec()
    ) {
        self.name = name
        self.nodes = nodes
        self.fabric = fabric
        self.messageLayer = messageLayer
    }

    /// The nodes' addresses in the order of node ids, as the message layer wants them (`ip=a,b,...`).
    package var messageLayerAddresses: [IPv4Address] { nodes.map(\.address) }

    /// The ISAs that the lab has nodes of, each once, in order.
    package var isas: [ISA] { Set(nodes.map(\.isa)).sorted() }
}
