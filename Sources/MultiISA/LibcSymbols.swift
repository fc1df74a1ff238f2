import FoundationEssentials
import ISA

/// The names that libc defines, for every ISA: what the index of its archive lists.
struct LibcSymbols {
    let names: Set<String>

    init(sysroot: Sysroot) throws {
        var common: Set<String>?
        for isa in ISA.allCases {
            let path = "\(sysroot.libraries(isa))/libc.a"
            guard let content = FileManager.default.contents(atPath: path),
                let names = try? Archive(Array(content), path: path).index
            else { throw CompilerError(.host, "\(path) is no archive with an index") }
            common = common?.intersection(names) ?? Set(names)
        }
        names = common ?? []
    }
}
