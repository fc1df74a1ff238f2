import FoundationEssentials
import Support

/// What a visitor has to show: once as `?token=` of an address, then as a cookie.
package struct AccessToken: Sendable {
    /// The token itself.
    package let text: String

    /// A token that nobody can guess.
    package init() {
        text = hexadecimal((0..<24).map { _ in UInt8.random(in: 0...255) })
    }

    /// The token in a file: its first line, which must be long enough and fit into an address.
    ///
    /// - Throws: `DashboardError.token`, also if others can read the file; `SystemError` if it cannot be read.
    package init(file: String) throws {
        var status = stat()
        guard file.withBytes({ stat($0, &status) }) == 0 else { throw SystemError("read \(file)") }
        guard status.st_mode & 0o077 == 0 else {
            throw DashboardError(
                .token, "others than you can read the token in \(file)",
                hint: "chmod 600 \(ShellWord.quote(file))")
        }
        let bytes = try AtomicFile.contents(of: file)
        let line = String(decoding: bytes.prefix { $0 != 0x0a && $0 != 0x0d }, as: UTF8.self)
        let isPlain = line.utf8.allSatisfy { byte in
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
                || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte || "-_".utf8.contains(byte)
        }
        guard isPlain, (16...512).contains(line.utf8.count) else {
            throw DashboardError(
                .token, "the first line of \(file) is no token: 16 to 512 letters, digits, '-' and '_'",
                hint: "`openssl rand -hex 24` makes one")
        }
        text = line
    }

    /// Whether this is it. How long the answer takes says nothing of how much of it was right.
    func matches(_ other: String) -> Bool {
        // Digests have one length, whatever is compared.
        let ours = SHA256.hex(of: Array(text.utf8)), theirs = SHA256.hex(of: Array(other.utf8))
        return zip(ours.utf8, theirs.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
