import Hummingbird
import Support

/// Who may ask for something: by the method, by the name under which we were called, and by a token.
struct Gate: Sendable {
    let token: AccessToken?
    /// Whether other hosts reach us, by names that we do not know.
    let isOpen: Bool

    /// Cookies of one host belong to all its ports, so another server of ours must not take this one's away.
    private static let cookie = "popcorn-lab"

    enum Decision {
        case passed
        case refused(HTTPResponse.Status, String)
        /// The token was right: the same address without it, and a cookie.
        case welcome(location: String, cookie: String)
    }

    func decide(_ head: HTTPRequest) -> Decision {
        guard head.method == .get || head.method == .head else {
            return .refused(.methodNotAllowed, "This server only shows things: GET and HEAD.")
        }
        // A name that somebody else's server has handed out for our address would let its pages read ours.
        guard isOpen || Self.isLoopbackName(head.authority) else {
            return .refused(.misdirectedRequest, "Call this server localhost or 127.0.0.1.")
        }
        guard let token else { return .passed }
        let target = Target(head.path ?? "/")
        if let shown = target?.query["token"], token.matches(shown) {
            return .welcome(
                location: target?.without("token") ?? "/",
                cookie: "\(Self.cookie)=\(token.text); Path=/; HttpOnly; SameSite=Strict")
        }
        let cookies = head.headerFields[values: .cookie].flatMap { $0.split(separator: ";") }
        let shown = cookies.compactMap { field -> String? in
            let text = field.drop { $0 == " " }
            return text.hasPrefix(Self.cookie + "=") ? String(text.dropFirst(Self.cookie.utf8.count + 1)) : nil
        }
        if shown.contains(where: token.matches) { return .passed }
        return .refused(.unauthorized, "Open the address that `popcorn-lab serve` printed, with its token.")
    }

    /// A `Host` field that only means this host, with any port: an SSH tunnel has another.
    static func isLoopbackName(_ authority: String?) -> Bool {
        guard let authority else { return false }
        let text = authority.lowercased()
        if text.hasPrefix("[") {
            let parts = text.split(separator: "]", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 && parts[0] == "[::1" && isPort(parts[1])
        }
        let name = text.prefix { $0 != ":" }
        return name != "::1" && Dashboard.isLoopback(String(name)) && isPort(text.dropFirst(name.count))
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty || text.first == ":" && UInt16(text.dropFirst()) != nil
    }
}
