import Guest
import Support

extension EmbeddedGuest {
    /// The network interface by which the guests of a lab reach each other.
    package static let fabricInterface = "fabric"

    /// Changes how the fabric interface behaves.
    ///
    /// - Parameter words: the command; it names `fabricInterface`.
    package func changeFabric(_ words: [String]) async throws {
        try await carryOut(ShellWord.join(words), to: "change the fabric interface")
    }

    /// Makes files executable that were sent, and gives one of them a second name.
    ///
    /// - Parameters:
    ///   - names: of the files in `directory`.
    ///   - own: the one that is for this guest's ISA.
    ///   - program: the name by which users call it.
    package func install(_ names: [String], in directory: String, own: String, as program: String) async throws {
        func path(_ name: String) -> String { ShellWord.quote("\(directory)/\(name)") }
        let files = names.map(path).joined(separator: " ")
        try await carryOut("chmod +x \(files) && ln -f \(path(own)) \(path(program))", to: "install \(program)")
    }

    /// The SHA-256 of files, in hex; `nil` for those that cannot be read.
    ///
    /// - Parameter paths: in the guest.
    package func digests(_ paths: [String]) async throws -> [String?] {
        let words = paths.map { "sha256sum <\(ShellWord.quote($0)) 2>/dev/null || echo" }
        let result = try await session.exec(words.joined(separator: "; "), deadline: deadline(.seconds(30)))
        let lines = ByteText.text(result.output).split(separator: "\n", omittingEmptySubsequences: false)
        return paths.indices.map { index in
            let digest = index < lines.count ? lines[index].prefix { $0 != " " } : ""
            return digest.isEmpty ? nil : String(digest)
        }
    }

    /// The command that runs a program which lies in a directory of the guest, with that as its working directory.
    ///
    /// - Parameter driver: what is to move it, if anything is.
    package static func programCommand(
        _ name: String, _ arguments: [String], in directory: String, driver: MoveDriver?
    ) -> String {
        let words = ShellWord.join(["./" + name] + arguments)
        return "cd \(ShellWord.quote(directory)) && exec \(driver?.wrapping(words) ?? words)"
    }
}
