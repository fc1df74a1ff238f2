import FoundationEssentials
import Support

/// An archive of bitcode objects, as `ar` or `llvm-ar` make it (ar(5), the GNU variant).
struct Archive {
    struct Member {
        var name: String
        var content: [UInt8]
    }

    let members: [Member]

    init(_ bytes: [UInt8], path: String) throws {
        let magic = Array("!<arch>\n".utf8)
        guard bytes.starts(with: magic) else {
            throw CompilerError(.link, "\(path) is not an archive", hint: "make it with `ar rc` or `llvm-ar-19 rc`")
        }
        var members: [Member] = [], longNames: [UInt8] = [], offset = magic.count
        while offset + 60 <= bytes.count {
            let header = bytes[offset..<offset + 60]
            let field = { (from: Int, count: Int) in
                String(decoding: header[(offset + from)..<(offset + from + count)], as: UTF8.self)
                    .prefix { $0 != " " }
            }
            guard let size = Int(field(48, 10)), size >= 0, offset + 60 + size <= bytes.count else {
                throw CompilerError(.link, "\(path) is damaged at byte \(offset)")
            }
            let content = Array(bytes[offset + 60..<offset + 60 + size]), name = String(field(0, 16))
            switch name {
            case "//": longNames = content
            case "/", "/SYM64/": break
            default: members.append(Member(name: Self.resolve(name, longNames), content: content))
            }
            offset += 60 + size + size % 2
        }
        self.members = members
    }

    /// `name/`, or `/offset` into the table of long names, whose entries end in `/` and a line feed.
    private static func resolve(_ name: String, _ longNames: [UInt8]) -> String {
        if name.hasPrefix("/"), let start = Int(name.dropFirst()), start < longNames.count {
            let text = String(decoding: longNames[start...].prefix { $0 != 0x0a }, as: UTF8.self)
            return text.hasSuffix("/") ? String(text.dropLast()) : text
        }
        return name.hasSuffix("/") ? String(name.dropLast()) : name
    }
}
