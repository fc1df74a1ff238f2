import FoundationEssentials
import Support

/// An archive of objects, as `ar` or `llvm-ar` make it (ar(5)): GNU's format, thin or not, and that of BSD.
struct Archive {
    struct Member {
        var name: String
        var content: [UInt8]
    }

    let members: [Member]

    private static let magic = Array("!<arch>\n".utf8), thinMagic = Array("!<thin>\n".utf8)
    private static let headerSize = 60

    /// Whether the bytes are those of an archive.
    static func isArchive(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) || bytes.starts(with: thinMagic) }

    /// - Parameter path: where it is; a thin archive names its members' files from there.
    init(_ bytes: [UInt8], path: String) throws {
        let isThin = bytes.starts(with: Self.thinMagic)
        var members: [Member] = [], longNames: [UInt8] = [], offset = Self.magic.count
        while offset + Self.headerSize <= bytes.count {
            let header = bytes[offset..<offset + Self.headerSize]
            let field = { (from: Int, count: Int) in
                String(decoding: header[(offset + from)..<(offset + from + count)], as: UTF8.self)
                    .prefix { $0 != " " }
            }
            let name = String(field(0, 16)), start = offset + Self.headerSize
            guard let size = Int(field(48, 10)), size >= 0 else {
                throw CompilerError(.link, "\(path) is damaged at byte \(offset)")
            }
            let isIndex = ["/", "/SYM64/", "__.SYMDEF"].contains(name)
            let isInside = !isThin || isIndex || name == "//"
            guard !isInside || start + size <= bytes.count else {
                throw CompilerError(.link, "\(path) is damaged at byte \(offset)")
            }
            if name == "//" {
                longNames = Array(bytes[start..<start + size])
            } else if !isIndex {
                var name = Self.resolve(name, longNames)
                if isThin {
                    members.append(Member(name: name, content: try Self.file(name, of: path)))
                } else {
                    var content = bytes[start..<start + size]
                    if name.hasPrefix("#1/"), let length = Int(name.dropFirst(3)), length <= size {
                        name = String(decoding: content.prefix(length).prefix { $0 != 0 }, as: UTF8.self)
                        content = content.dropFirst(length)
                    }
                    if !name.hasPrefix("__.SYMDEF") { members.append(Member(name: name, content: Array(content))) }
                }
            }
            offset = start + (isInside ? size + size % 2 : 0)
        }
        self.members = members
    }

    private static func file(_ name: String, of archive: String) throws -> [UInt8] {
        let directory = archive.prefix(
            upTo: archive.lastIndex(of: "/").map { archive.index(after: $0) } ?? archive.startIndex)
        let path = name.hasPrefix("/") ? name : directory + name
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CompilerError(.link, "cannot read \(path), a member of the thin archive \(archive)")
        }
        return Array(data)
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
