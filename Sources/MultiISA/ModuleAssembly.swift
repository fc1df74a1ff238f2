import FoundationEssentials
import Support

/// Puts a program's objects, archives and libpopcorn's module part together, as a static linker does: objects always, members
/// of archives when something that is missing needs them.
///
/// An archive is searched where it stands, as GNU's linker does, so that of two definitions the one wins that wins there. What
/// is still missing at the end is looked for in all archives again, as lld does: they may come in any order.
struct ModuleAssembly {
    /// Whether archives are taken with all their members from here on.
    var takesWhole = false
    /// Members of the program's archives that nothing has needed so far, in order.
    private var waiting: [Candidate] = []
    /// Members of libpopcorn.
    private var library: [Candidate] = []
    /// Where the members of the group begin that is open.
    private var groupStart: Int?
    private var defined: Set<String> = []
    private var common: Set<String> = []
    private var needed: Set<String>
    private let wrapped: [String]
    private let allowsMultipleDefinitions: Bool
    private let module = Module(name: "popcorn program")

    private struct Candidate {
        var member: Archive.Member
        var symbols: Symbols
    }

    /// - Parameters:
    ///   - needed: symbols that are needed although nothing mentions them.
    ///   - wrapped: `--wrap`.
    ///   - allowsMultipleDefinitions: the first one counts.
    init(needed: Set<String>, wrapped: [String] = [], allowsMultipleDefinitions: Bool = false) {
        self.needed = needed
        self.wrapped = wrapped
        self.allowsMultipleDefinitions = allowsMultipleDefinitions
    }

    /// - Parameter name: what messages call it, if not by its path.
    mutating func add(object path: String, name: String? = nil) throws {
        let bytes = try Self.read(path)
        guard Archive.isArchive(bytes) else { return try take(Archive.Member(name: name ?? path, content: bytes)) }
        let members = try Archive(bytes, path: path).members.map { member in
            Archive.Member(name: "\(path)(\(member.name))", content: member.content)
        }
        if takesWhole { return try members.forEach { try take($0) } }
        let start = waiting.count
        waiting += try members.compactMap(candidate)
        if groupStart == nil { try search(\.waiting, from: start) }
    }

    /// From here to `endGroup()`, archives are searched together.
    mutating func beginGroup() { groupStart = waiting.count }

    mutating func endGroup() throws {
        guard let start = groupStart else { return }
        groupStart = nil
        try search(\.waiting, from: start)
    }

    mutating func add(libraryMember path: String) throws {
        let member = Archive.Member(name: path, content: try Self.read(path))
        library.append(Candidate(member: member, symbols: try Module(bitcode: member.content, name: path).symbols))
    }

    /// The whole program. `always` names symbols that are needed although nothing mentions them yet; `check` sees the
    /// program without libpopcorn.
    consuming func finish(always: Set<String>, check: (Module) throws -> Void) throws -> Module {
        try search(\.waiting, from: 0)
        try check(module)
        needed.formUnion(always)
        try search(\.library, from: 0, asRuntime: true)
        module.allocateCommons()
        return module
    }

    /// One object of all that was added, and of the members that it needs.
    consuming func merged() throws -> Module {
        try search(\.waiting, from: 0)
        return module
    }

    /// What a member would bring; `nil` for what is no object at all, which linkers pass over.
    private func candidate(_ member: Archive.Member) throws -> Candidate? {
        if NativeObject.isNative(member.content) {
            return Candidate(member: member, symbols: NativeObject.symbols(of: member.content))
        }
        guard Module.isBitcode(member.content) else { return nil }
        let module = try Module(bitcode: member.content, name: member.name)
        wrapped.forEach(module.wrap)
        return Candidate(member: member, symbols: module.symbols)
    }

    /// Takes members from `start` on until none of the rest defines anything that is missing.
    private mutating func search(
        _ candidates: WritableKeyPath<ModuleAssembly, [Candidate]>, from start: Int, asRuntime: Bool = false
    ) throws {
        var isChanged = true
        while isChanged {
            isChanged = false
            var index = start
            while index < self[keyPath: candidates].count {
                if isNeeded(self[keyPath: candidates][index].symbols) {
                    try take(self[keyPath: candidates].remove(at: index).member, asRuntime: asRuntime)
                    isChanged = true
                } else {
                    index += 1
                }
            }
        }
    }

    /// A definition takes the place of a common one too.
    private func isNeeded(_ symbols: Symbols) -> Bool {
        !symbols.defined.isDisjoint(with: needed) || !symbols.defined.isDisjoint(with: common)
            || !symbols.common.isDisjoint(with: needed)
    }

    private mutating func take(_ member: Archive.Member, asRuntime: Bool = false) throws {
        let symbols = try module.link(bitcode: member.content, name: member.name, asRuntime: asRuntime) { other in
            if !asRuntime { wrapped.forEach(other.wrap) }
            if allowsMultipleDefinitions { other.yield(to: defined) }
        }
        defined.formUnion(symbols.defined)
        common.formUnion(symbols.common)
        common.subtract(defined)
        needed.formUnion(symbols.undefined)
        needed.subtract(defined)
        needed.subtract(common)
    }

    private static func read(_ path: String) throws -> [UInt8] {
        guard let data = try? AtomicFile.read(path) else {
            throw CompilerError(.link, "cannot read \(path)")
        }
        return Array(data)
    }
}
