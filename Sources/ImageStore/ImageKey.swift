import FoundationEssentials
import ISA
import Support

/// What an image's content depends on, as a digest: the recipe, the ISA, every source file, and this builder's version.
struct ImageKey: Sendable {
    /// To be raised whenever the same recipe and sources give a different image.
    static let formatVersion = 1

    /// Lower-case hex.
    let value: String

    /// - Parameter share: the directory that the recipe's paths start from.
    /// - Throws: `ImageError` if a source that the recipe names is missing.
    init(recipe: ImageRecipe, isa: ISA, share: String) throws {
        let hash = SHA256()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        Self.add("format \(Self.formatVersion)", Array(try encoder.encode(recipe)), to: hash)
        Self.add("isa", Array(isa.rawValue.utf8), to: hash)
        for file in try Self.sources(of: recipe, share: share) {
            guard let content = FileManager.default.contents(atPath: "\(share)/\(file)") else {
                throw ImageError(
                    .recipe,
                    "the recipe `\(recipe.name)` names \(share)/\(file), which cannot be read: "
                        + errorText(errno))
            }
            Self.add(file, Array(content), to: hash)
        }
        value = hash.finish()
    }

    /// Length before content, so that no two different inputs run together to the same bytes.
    private static func add(_ name: String, _ content: [UInt8], to hash: borrowing SHA256) {
        hash.update(Array("\(name.utf8.count) \(name) \(content.count)\n".utf8))
        hash.update(content)
    }

    /// The files that the image is compiled from, relative to `share`, sorted.
    static func sources(of recipe: ImageRecipe, share: String) throws -> [String] {
        var result: Set<String> = []
        if let kernel = recipe.kernel { result.formUnion(try kernelSources(kernel, share: share)) }
        for program in recipe.programs {
            result.formUnion(program.source)
            let folders = program.include + program.source.map(directory)
            for folder in Set(folders) {
                result.formUnion(try files(in: folder, share: share).filter { $0.hasSuffix(".h") })
            }
        }
        for case .source(let file) in recipe.overlay.map(\.content) { result.insert(file) }
        return result.sorted()
    }

    /// The kernel modules' sources, without what a build in that directory may have left.
    static func kernelSources(_ folder: String, share: String) throws -> [String] {
        let endings = [".c", ".h", ".S", ".lds", "Makefile", "Kbuild"]
        let found = try files(in: folder, share: share).filter { file in
            endings.contains { file.hasSuffix($0) } && !file.hasSuffix(".mod.c")
        }
        guard !found.isEmpty else { throw ImageError(.recipe, "\(share)/\(folder) holds no kernel module's sources") }
        return found
    }

    private static func directory(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    /// Regular files below `folder`, as paths relative to `share`; hidden ones are not looked at.
    private static func files(in folder: String, share: String) throws -> [String] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: "\(share)/\(folder)")
        } catch {
            throw ImageError(.recipe, "the recipe names the directory \(share)/\(folder), which cannot be read")
        }
        var result: [String] = []
        for name in names where !name.hasPrefix(".") {
            let path = folder == "." ? name : "\(folder)/\(name)"
            var status = stat()
            guard lstat("\(share)/\(path)", &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFREG: result.append(path)
            case S_IFDIR: result += try files(in: path, share: share)
            default: break
            }
        }
        return result
    }
}
