/// How the kernels of a lab talk to each other.
public struct MessageLayerSpec: Codable, Sendable, Hashable {
    public enum Kind: String, CaseIterable, Codable, Sendable {
        /// TCP over the fabric.
        case msgSocket = "msg_socket"
    }

    public var kind: Kind
    /// The TCP port that every node listens on.
    public var port: Int
    /// How long a peer may be silent before it counts as dead, in ms; `nil` for the message layer's own default.
    public var deadMilliseconds: Int?

    /// The port that Popcorn's msg_socket.ko listens on.
    public static let defaultPort = 30467

    public init(kind: Kind = .msgSocket, port: Int = defaultPort, deadMilliseconds: Int? = nil) {
        self.kind = kind
        self.port = port
        self.deadMilliseconds = deadMilliseconds
    }
}
