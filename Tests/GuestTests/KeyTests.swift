import Support
import TestSupport
import Testing

@testable import Guest

extension GuestAccess {
    @Suite("keys")
    struct KeyTests {
        @Test("ssh-keygen reads the private key and finds our public key in it")
        func privateKey() async throws {
            let directory = try Scratch()
            let pair = try SSHKeyPair.generate(comment: "lab key")
            let path = try directory.write(pair.privateKeyText, to: "key", mode: 0o600)
            let output = try await HostCommand("ssh-keygen", ["-y", "-f", path]).check().text
            #expect(pair.publicKeyLine.hasSuffix(" lab key"))
            #expect(
                output.split(whereSeparator: \.isWhitespace).prefix(2)
                    == pair.publicKeyLine.split(separator: " ").prefix(2))
            let other = try SSHKeyPair.generate(comment: "lab key")
            #expect(other.publicKeyLine != pair.publicKeyLine)
        }

        @Test("dropbearkey reads the host key and finds our public key in it")
        func dropbearKey() async throws {
            let directory = try Scratch()
            let pair = try SSHKeyPair.generate(comment: "")
            let path = try directory.write(pair.dropbearHostKey, to: "key", mode: 0o600)
            let output = try await HostCommand("dropbearkey", ["-y", "-f", path]).check().text
            #expect(output.contains(pair.publicKeyLine), "\(output)")
        }

        @Test("a key pair can be made again from its texts; other texts are refused")
        func stored() throws {
            let pair = try SSHKeyPair.generate(comment: "x")
            let again = try SSHKeyPair(privateKeyText: pair.privateKeyText, publicKeyLine: pair.publicKeyLine)
            #expect(again.dropbearHostKey == pair.dropbearHostKey)
            let truncated = String(pair.privateKeyText.prefix(150)) + "\n"
            for text in ["", "no key", truncated, "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END"] {
                #expect(throws: GuestError.self) { try SSHKeyPair(privateKeyText: text, publicKeyLine: "") }
            }
        }

        @Test("host keys are read as keys or fingerprints, and nothing else")
        func hostKeys() async throws {
            let directory = try Scratch()
            let pair = try SSHKeyPair.generate(comment: "some comment")
            let path = try directory.write(pair.publicKeyLine + "\n", to: "key.pub")
            let shown = try await HostCommand("ssh-keygen", ["-l", "-f", path]).check().text.split(separator: " ")
            let key = try HostKey(pair.publicKeyLine, node: "x86")
            #expect(shown.count > 1 && key.fingerprint == String(shown[1]))
            #expect(key.algorithm == "ssh-ed25519")
            #expect(try HostKey(key.fingerprint, node: "x86").fingerprint == key.fingerprint)
            for text in ["", "ssh-ed25519", "ssh-ed25519 ????", "SHA256:short", "ssh-none AAAA", "MD5:00:11"] {
                #expect(throws: GuestError.self) { try HostKey(text, node: "x86") }
            }
        }
    }
}
