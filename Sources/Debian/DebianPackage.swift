/// One Debian package, pinned to one content.
package struct DebianPackage: Codable, Sendable, Hashable {
    /// Without version and architecture.
    package var name: String
    /// With its epoch, such as `1:3.0+1`.
    package var version: String
    /// `amd64`, `arm64` or `all`.
    package var architecture: String
    /// Of the `.deb`, in lower-case hex.
    package var sha256: String
    /// Of the `.deb`, in bytes.
    package var size: Int

    /// Makes a package of what Debian's index says; nothing is checked.
    package init(name: String, version: String, architecture: String, sha256: String, size: Int) {
        self.name = name
        self.version = version
        self.architecture = architecture
        self.sha256 = sha256
        self.size = size
    }
}

extension DebianPackage {
    /// Reads a line of `apt-get --print-uris`: `'URI' NAME_VERSION_ARCHITECTURE.deb SIZE SHA256:DIGEST`.
    init?(printedURI line: some StringProtocol) {
        let words = line.split(separator: " ")
        guard words.count >= 4, words[0].hasPrefix("'"), words[1].hasSuffix(".deb"), let size = Int(words[2]),
            let digest = words.last, digest.hasPrefix("SHA256:"), digest.utf8.count == 7 + 64
        else { return nil }
        let parts = words[1].dropLast(4).split(separator: "_")
        guard parts.count == 3 else { return nil }
        name = String(parts[0])
        version = Self.unescaped(String(parts[1]))
        architecture = String(parts[2])
        sha256 = String(digest.dropFirst(7))
        self.size = size
    }

    /// The name that apt gives to the file it downloads.
    private static func unescaped(_ text: String) -> String {
        var result: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                result.append(value)
                rest = rest.dropFirst(2)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
