/// How the kernels of a lab talk to each other.
package struct MessageLayerSpec: Codable, Sendable, Hashable {
    /// The transport under the message layer; the raw value is its name in lab files.
    package enum Kind: String, CaseIterable, Codable, Sendable {
        /// TCP over the fabric.
        case msgSocket = "msg_socket"
    }

    /// The transport under the message layer.
    package var kind: Kind
    /// The TCP port that every node listens on.
    package var port: Int
    /// How long a peer may be silent before it counts as dead, in ms; `nil` for the message layer's own default.
    package var deadMilliseconds: Int?

    /// The port that Popcorn's msg_socket.ko listens on.
    static let defaultPort = 30467

    /// Makes the message layer that a lab has by default, but for what is given.
    package init(kind: Kind = .msgSocket, port: Int = defaultPort, deadMilliseconds: Int? = nil) {
        self.kind = kind
        self.port = port
        self.deadMilliseconds = deadMilliseconds
    }
}
