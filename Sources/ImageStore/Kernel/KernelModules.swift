import Archives
import KernelFiles
import Support

/// The modules of a kernel package, and which of them an image needs.
struct KernelModules: Sendable {
    /// A module as it lies in the package.
    struct Module: Sendable, Equatable {
        /// Absolute, such as `/lib/modules/6.1.0/kernel/net/core/failover.ko`.
        var path: String
        var content: [UInt8]
    }

    private var modules: [String: Module] = [:]
    private var builtin: Set<String> = []

    /// The name that `modprobe` knows a file by: dashes and underscores are the same.
    static func name(ofFile path: some StringProtocol) -> String? {
        let file = path.split(separator: "/").last ?? ""
        guard let dot = file.range(of: ".ko") else { return nil }
        return String(file[..<dot.lowerBound]).replacing("-", with: "_")
    }

    mutating func add(_ module: Module) {
        if let name = Self.name(ofFile: module.path) { modules[name] = module }
    }

    /// Reads `modules.builtin`, a path on each line.
    mutating func add(builtin text: String) {
        builtin.formUnion(text.split(separator: "\n").compactMap { Self.name(ofFile: $0) })
    }

    /// The named modules and all that they depend on, uncompressed; what the kernel has built in is left out.
    ///
    /// - Throws: `ImageError` if the kernel has no such module.
    func closure(of names: [String]) throws -> [Module] {
        var result: [String: Module] = [:]
        var open = names.map { ($0.replacing("-", with: "_"), "the recipe") }
        while let (name, wanted) = open.popLast() {
            guard result[name] == nil, !builtin.contains(name) else { continue }
            guard var module = modules[name] else {
                throw ImageError(
                    .recipe, "the kernel has no module `\(name)`, which \(wanted) needs",
                    hint: NearestName.find(name, among: modules.keys.sorted()).map { "did you mean `\($0)`?" })
            }
            module = try Self.uncompressed(module)
            result[name] = module
            open += Self.dependencies(of: module.content).map { ($0, "the module `\(name)`") }
        }
        return result.values.sorted { $0.path < $1.path }
    }

    private static func uncompressed(_ module: Module) throws -> Module {
        guard !module.path.hasSuffix(".ko"), let dot = module.path.lastIndex(of: ".") else { return module }
        let content = try ArchiveReader.decompressed(module.content, name: module.path)
        return Module(path: String(module.path[..<dot]), content: content)
    }

    /// The modules that a module needs.
    static func dependencies(of module: [UInt8]) -> [String] {
        (try? KernelModuleFile(module, path: "a module"))?.dependencies ?? []
    }

    /// An order in which each module comes after those it depends on, from the text of depmod's `modules.dep`.
    ///
    /// Each line is `module: dependency ...` (modules.dep(5)).
    static func loadOrder(_ modulesDep: String) -> [String] {
        var dependencies: [(String, [String])] = []
        for line in modulesDep.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard let module = parts.first else { continue }
            dependencies.append(
                (String(module), parts.count > 1 ? parts[1].split(separator: " ").map(String.init) : []))
        }
        let table = Dictionary(dependencies, uniquingKeysWith: { first, _ in first })
        var order: [String] = []
        var seen: Set<String> = []
        func visit(_ module: String) {
            guard seen.insert(module).inserted else { return }
            for dependency in table[module] ?? [] { visit(dependency) }
            order.append(module)
        }
        for (module, _) in dependencies { visit(module) }
        return order
    }
}
