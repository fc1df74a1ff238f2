import FoundationEssentials
import Support

/// Puts a program's objects, archives and libpopcorn's module part together, as a static linker does: objects always, members
/// of archives when something that is missing needs them.
struct ModuleAssembly {
    private var archives: [Archive.Member] = []
    /// Members of libpopcorn.
    private var library: [Archive.Member] = []
    private let module = Module(name: "popcorn program")

    mutating func add(object path: String) throws {
        let bytes = try Self.read(path)
        if bytes.starts(with: Array("!<arch>\n".utf8)) {
            archives += try Archive(bytes, path: path).members.map { member in
                Archive.Member(name: "\(path)(\(member.name))", content: member.content)
            }
        } else {
            try module.link(bitcode: bytes, name: path)
        }
    }

    mutating func add(libraryMember path: String) throws {
        library.append(Archive.Member(name: path, content: try Self.read(path)))
    }

    /// The whole program. `always` names symbols that are needed although nothing mentions them yet; `check` sees the
    /// program without libpopcorn.
    consuming func finish(always: Set<String>, check: (Module) throws -> Void) throws -> Module {
        try takeNeeded(of: archives, always: [])
        try check(module)
        try takeNeeded(of: library, always: always, asRuntime: true)
        return module
    }

    private func takeNeeded(of members: [Archive.Member], always: Set<String>, asRuntime: Bool = false) throws {
        var waiting: [(member: Archive.Member, defines: Set<String>)] = []
        for member in members {
            waiting.append((member, try Module(bitcode: member.content, name: member.name).definedSymbols))
        }
        while true {
            let missing = module.undefinedSymbols.union(always).subtracting(module.definedSymbols)
            guard let index = waiting.firstIndex(where: { !$0.defines.isDisjoint(with: missing) }) else { break }
            let next = waiting.remove(at: index).member
            try module.link(bitcode: next.content, name: next.name, asRuntime: asRuntime)
        }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CompilerError(.link, "cannot read \(path)")
        }
        return Array(data)
    }
}
