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
    /// Without a sign of life for so long, a peer counts as silent, in ms; `nil` for the message layer's own default.
    ///
    /// That is told, and nothing else: whoever needs it waits.
    package var silentMilliseconds: Int?
    /// After so long a silence, a peer counts as gone, in ms; `nil` for the message layer's own default.
    package var deadMilliseconds: Int?
    /// What is authenticated; `nil` for the message layer's own default.
    package var authentication: Authentication?

    /// What the kernels authenticate with the lab's secret; the raw value is its name in lab files.
    package enum Authentication: String, CaseIterable, Codable, Sendable {
        /// Both ends of a connection, when it is made.
        case handshake
        /// Each frame, too.
        case frames
    }

    /// The port that Popcorn's msg_socket.ko listens on.
    static let defaultPort = 30467

    /// Makes the message layer that a lab has by default, but for what is given.
    package init(
        kind: Kind = .msgSocket, port: Int = defaultPort, silentMilliseconds: Int? = nil, deadMilliseconds: Int? = nil,
        authentication: Authentication? = nil
    ) {
        self.kind = kind
        self.port = port
        self.silentMilliseconds = silentMilliseconds
        self.deadMilliseconds = deadMilliseconds
        self.authentication = authentication
    }
}
