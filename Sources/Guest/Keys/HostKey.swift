import CLibssh
import Support

/// The host key that a guest must show: the key itself, or its fingerprint.
package struct HostKey: Sendable, Hashable, Codable {
    /// `SHA256:` and unpadded base64, as `ssh-keygen -l` prints it.
    let fingerprint: String
    /// The key's algorithm, such as `ssh-ed25519`; `nil` if only the fingerprint is known.
    let algorithm: String?

    /// - Parameter text: `ssh-ed25519 AAAA… comment`, or `SHA256:…`.
    /// - Throws: `GuestError.Code.invalidKey`.
    package init(_ text: String, node: String) throws {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        if let first = words.first, words.count == 1, first.hasPrefix("SHA256:"), first.utf8.count == 50 {
            fingerprint = first
            algorithm = nil
            return
        }
        var key: ssh_key?
        guard words.count >= 2,
            ssh_pki_import_pubkey_base64(words[1], ssh_key_type_from_name(words[0]), &key) == SSH_OK, let key
        else { throw GuestError(.invalidKey, node: node, "the host key \"\(text)\" is not an SSH public key") }
        defer { ssh_key_free(key) }
        guard let digest = Self.fingerprint(of: key) else {
            throw GuestError(.invalidKey, node: node, "the host key \"\(text)\" has no fingerprint")
        }
        fingerprint = digest
        algorithm = words[0]
    }

    static func fingerprint(of key: ssh_key) -> String? {
        var hash: UnsafeMutablePointer<UInt8>?
        var count = 0
        guard ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &count) == 0 else { return nil }
        defer { ssh_clean_pubkey_hash(&hash) }
        guard let text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, count) else { return nil }
        defer { ssh_string_free_char(text) }
        return String(cString: text)
    }
}
