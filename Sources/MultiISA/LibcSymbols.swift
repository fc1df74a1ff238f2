import FoundationEssentials
import ISA

/// The names that libc defines, for every ISA: what the index of its archive lists.
struct LibcSymbols {
    let names: Set<String>

    init(sysroot: Sysroot) throws {
        var common: Set<String>?
        for isa in ISA.allCases {
            let path = "\(sysroot.libraries(isa))/libc.a"
            guard let content = FileManager.default.contents(atPath: path), let names = Self.index(Array(content))
            else { throw CompilerError(.host, "\(path) is no archive with an index") }
            common = common?.intersection(names) ?? names
        }
        names = common ?? []
    }

    /// The member `/` of an archive (ar(5), the GNU variant): a count and as many offsets of members, in four bytes each,
    /// the highest first, then the names.
    static func index(_ archive: [UInt8]) -> Set<String>? {
        let header = archive.dropFirst(8).prefix(60)
        guard header.starts(with: Array("/ ".utf8)),
            let size = Int(String(decoding: header.dropFirst(48).prefix(10).prefix { $0 != 0x20 }, as: UTF8.self)),
            size >= 4, archive.count >= 68 + size
        else { return nil }
        let content = archive[68..<68 + size]
        let count = content.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard 4 + 4 * count <= size else { return nil }
        return Set(content.dropFirst(4 + 4 * count).split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
    }
}
