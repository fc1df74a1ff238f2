import Support

/// What a request asks for: the names of its path and the values of its query, decoded.
struct Target: Sendable, Equatable {
    /// As `ByteText`; none is empty, `.`, `..`, or has a slash or a NUL.
    var path: [String]
    /// Whether the path ends with a slash.
    var isFolder: Bool
    /// The last value of each name.
    var query: [String: String]
    private let raw: String

    /// - Parameter raw: as it stands in the request: `/runs/a%20b?x=1`.
    /// - Returns: `nil` for what no page of ours is called.
    init?(_ raw: String) {
        guard raw.hasPrefix("/") else { return nil }
        self.raw = raw
        let parts = raw.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var names = parts[0].dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        isFolder = names.last?.isEmpty == true
        if isFolder { names.removeLast() }
        path = []
        for name in names {
            guard let decoded = Self.decoded(name), Self.isName(decoded) else { return nil }
            path.append(decoded)
        }
        query = [:]
        for pair in parts.count == 2 ? parts[1].split(separator: "&") : [] {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(sides[0], isForm: true),
                let value = sides.count == 2 ? Self.decoded(sides[1], isForm: true) : ""
            else { return nil }
            query[name] = value
        }
    }

    /// Whether it may stand between slashes of a path of ours.
    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text != "." && text != ".." && !text.utf8.contains(0) && !text.utf8.contains(UInt8(ascii: "/"))
    }

    /// The same without a value of the query.
    func without(_ name: String) -> String {
        let parts = raw.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let kept = parts.count == 2 ? parts[1].split(separator: "&").filter { !$0.hasPrefix(name + "=") } : []
        // Two slashes at the beginning would be another server's name.
        let path = "/" + parts[0].drop { $0 == "/" || $0 == "\\" }
        return path + (kept.isEmpty ? "" : "?" + kept.joined(separator: "&"))
    }

    /// `%2f` and so on; `nil` if a percent sign is followed by no two digits.
    private static func decoded(_ text: Substring, isForm: Bool = false) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                let digits = rest.prefix(2)
                guard digits.count == 2, let high = digit(digits[digits.startIndex]),
                    let low = digit(digits[digits.startIndex + 1])
                else { return nil }
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            case UInt8(ascii: "+") where isForm: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return ByteText.text(bytes)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
