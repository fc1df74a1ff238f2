import CLibcrypto
import FoundationEssentials
import SystemPackage

/// SHA-256 by libcrypto, which uses the machine's own instructions for it.
package struct SHA256: ~Copyable {
    private let context: OpaquePointer?

    /// Begins the digest of no bytes yet.
    package init() {
        context = EVP_MD_CTX_new()
        EVP_DigestInit_ex(context, EVP_sha256(), nil)
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds the next bytes of what is to be digested.
    package func update(_ bytes: some ContiguousBytes) {
        bytes.withUnsafeBytes { _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    }

    /// The digest in lower-case hex; ends the computation.
    package consuming func finish() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 0
        EVP_DigestFinal_ex(context, &digest, &count)
        return hexadecimal(digest)
    }

    /// The digest of some bytes, in lower-case hex.
    package static func hex(of bytes: some ContiguousBytes) -> String {
        let hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }

    /// The digest of a file's content, read in pieces.
    package static func hex(ofFile path: String) throws -> String {
        let hash = SHA256()
        let file = try SystemError.naming("open \(path)") { try FileDescriptor.open(bytesOf: path, .readOnly) }
        defer { try? file.close() }
        try SystemError.naming("read \(path)") { try file.forEachPiece(upTo: 1 << 18) { hash.update($0) } }
        return hash.finish()
    }
}

/// Lower-case hex of some bytes.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
