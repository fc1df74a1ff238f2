import CLibssh
import FoundationEssentials
import Support

/// An ed25519 key pair, for a lab's login or for a guest's host key.
package struct SSHKeyPair: Sendable {
    /// The private key's file in OpenSSH's format, without a passphrase. Write it with mode 0600.
    package let privateKeyText: String
    /// `ssh-ed25519 AAAA… comment`, without a newline: a line of `authorized_keys`.
    package let publicKeyLine: String
    /// 32 bytes of secret seed, then the 32 bytes of the public key (RFC 8032).
    private let seedAndPublicKey: [UInt8]

    /// Makes a new key pair from the system's random numbers.
    ///
    /// - Throws: `GuestError.Code.invalidKey` if libssh cannot make one.
    package static func generate(comment: String) throws -> SSHKeyPair {
        var key: ssh_key?
        guard ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) == SSH_OK, let key else {
            throw failure("libssh could not make an ed25519 key")
        }
        defer { ssh_key_free(key) }
        var base64: UnsafeMutablePointer<CChar>?
        guard ssh_pki_export_pubkey_base64(key, &base64) == SSH_OK, let base64 else {
            throw failure("libssh could not export the public key")
        }
        defer { ssh_string_free_char(base64) }
        let oneLine = comment.split(whereSeparator: \.isNewline).joined(separator: " ")
        let line = "ssh-ed25519 \(String(cString: base64))" + (oneLine.isEmpty ? "" : " " + oneLine)
        return try SSHKeyPair(privateKeyText: exportPrivateKey(key), publicKeyLine: line)
    }

    /// A key pair that was made earlier.
    ///
    /// - Parameter privateKeyText: an ed25519 key in OpenSSH's format without a passphrase.
    /// - Throws: `GuestError.Code.invalidKey`.
    package init(privateKeyText: String, publicKeyLine: String) throws {
        self.privateKeyText = privateKeyText
        self.publicKeyLine = publicKeyLine
        seedAndPublicKey = try Self.secret(of: privateKeyText)
    }

    /// The key as dropbear's host key file (`dropbear -r FILE`): two SSH strings, the algorithm and seed plus public
    /// key.
    package var dropbearHostKey: [UInt8] {
        var writer = WireWriter()
        writer.string("ssh-ed25519")
        writer.string(seedAndPublicKey)
        return writer.bytes
    }

    /// libssh 0.10 writes private keys to files only; this file never touches a disk.
    private static func exportPrivateKey(_ key: ssh_key) throws -> String {
        let file = try MemoryFile("ssh-key")
        guard ssh_pki_export_privkey_file(key, nil, nil, nil, "/proc/self/fd/\(file.descriptor)") == SSH_OK else {
            throw failure("libssh could not export the private key")
        }
        return file.text
    }

    /// Seed and public key from the `openssh-key-v1` container (PROTOCOL.key of OpenSSH).
    private static func secret(of text: String) throws -> [UInt8] {
        let body = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") }.joined()
        guard let data = Data(base64Encoded: body) else { throw failure("the private key is not base64") }
        do {
            var reader = WireReader(bytes: Array(data))
            guard try reader.take(15) == Array("openssh-key-v1\0".utf8) else {
                throw failure("the private key is not in OpenSSH's format")
            }
            guard try reader.text() == "none" else { throw failure("the private key has a passphrase") }
            _ = try reader.string()  // KDF
            _ = try reader.string()  // its options
            guard try reader.uint32() == 1 else { throw failure("the file holds several private keys") }
            _ = try reader.string()  // public key
            var secret = WireReader(bytes: try reader.string())
            guard try secret.uint32() == secret.uint32() else { throw failure("the private key is damaged") }
            guard try secret.text() == "ssh-ed25519" else { throw failure("the private key is not an ed25519 key") }
            _ = try secret.string()  // public key
            let bytes = try secret.string()
            guard bytes.count == 64 else { throw failure("the private key is damaged") }
            return bytes
        } catch is WireReader.Truncated {
            throw failure("the private key is cut short")
        }
    }

    private static func failure(_ problem: String) -> GuestError { GuestError(.invalidKey, node: "lab", problem) }
}
