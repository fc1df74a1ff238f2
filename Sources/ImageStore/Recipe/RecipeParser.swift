import ISA
import Support
import Topology
import Yams

/// Reads a recipe and refuses what it does not understand, naming the line.
struct RecipeParser {
    /// The recipe's file, for messages.
    let file: String

    /// - Throws: `ImageError` with code `recipe`.
    func parse(_ text: String) throws -> ImageRecipe {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw ImageError(.recipe, "\(file): \(error)")
        }
        guard let root else { throw ImageError(.recipe, "\(file) is empty", hint: "see docs/images.md") }
        let top = try map(
            root, "the recipe",
            ["name", "packages", "without", "files", "busybox", "modules", "kernel", "programs", "overlay"])
        guard let name = top["name"], let packages = top["packages"] else {
            throw failure(root, "`name` and `packages` are required")
        }
        var recipe = ImageRecipe(name: try word(name, "name"), packages: try perISA(packages))
        recipe.without = try top["without"].map { try strings($0, "without") } ?? []
        recipe.files = try top["files"].map { try strings($0, "files", check: absolute) } ?? []
        recipe.busybox = try top["busybox"].map { try absolute($0, "busybox") }
        recipe.modules = try top["modules"].map { try strings($0, "modules") } ?? []
        recipe.kernel = try top["kernel"].map { try relative($0, "kernel") }
        recipe.programs = try top["programs"].map { try list($0, "programs").map(program) } ?? []
        recipe.overlay = try top["overlay"].map { try list($0, "overlay").map(overlay) } ?? []
        return recipe
    }

    private func perISA(_ node: Node) throws -> ImageRecipe.PerISA {
        if node.sequence != nil { return .init(all: try strings(node, "packages", check: package)) }
        let keys = try map(node, "packages", ["all"] + ISA.allCases.map(\.rawValue))
        var result = ImageRecipe.PerISA(all: try keys["all"].map { try strings($0, "all", check: package) } ?? [])
        for isa in ISA.allCases {
            if let names = keys[isa.rawValue] { result.only[isa] = try strings(names, isa.rawValue, check: package) }
        }
        return result
    }

    private func program(_ node: Node) throws -> ImageRecipe.Program {
        let keys = try map(node, "a program", ["source", "path", "include"])
        guard let source = keys["source"], let path = keys["path"] else {
            throw failure(node, "a program needs `source` and `path`")
        }
        let sources = source.sequence == nil ? [source] : try list(source, "source")
        guard !sources.isEmpty else { throw failure(source, "a program needs at least one source") }
        return .init(
            source: try sources.map { try relative($0, "source") }, path: try absolute(path, "path"),
            include: try keys["include"].map { try strings($0, "include", check: relative) } ?? [])
    }

    private func overlay(_ node: Node) throws -> ImageRecipe.OverlayFile {
        let contents = ["text", "source", "directory", "link"]
        let keys = try map(node, "an overlay file", ["path", "mode"] + contents)
        guard let path = keys["path"] else { throw failure(node, "an overlay file needs `path`") }
        let given = contents.filter { keys[$0] != nil }
        guard given.count == 1, let kind = given.first, let value = keys[kind] else {
            throw failure(node, "an overlay file is exactly one of \(contents.joined(separator: ", "))")
        }
        let content: ImageRecipe.OverlayFile.Content =
            switch kind {
            case "text": .text(try string(value, kind))
            case "source": .source(try relative(value, kind))
            case "link": .link(try string(value, kind))
            default: .directory
            }
        if content == .directory, value.bool != true { throw failure(value, "`directory` can only be true") }
        let standard: UInt32 = content == .directory ? 0o755 : 0o644
        return .init(path: try absolute(path, "path"), mode: try keys["mode"].map(mode) ?? standard, content: content)
    }

    /// Permission bits, written as `0o755`, `0755` or `"755"`.
    private func mode(_ node: Node) throws -> UInt32 {
        let text = node.scalar?.string ?? ""
        let digits = text.hasPrefix("0o") ? String(text.dropFirst(2)) : text
        guard let mode = UInt32(digits, radix: 8), mode <= 0o7777 else {
            throw failure(node, "`mode` is an octal number such as 0755, not `\(text)`")
        }
        return mode
    }

    private func map(_ node: Node, _ what: String, _ known: [String]) throws -> [String: Node] {
        guard let mapping = node.mapping else { throw failure(node, "\(what) is not a list of `key: value`") }
        var result: [String: Node] = [:]
        for (key, value) in mapping {
            let name = key.scalar?.string ?? ""
            guard known.contains(name) else {
                let nearest = known.min { distance($0, name) < distance($1, name) } ?? ""
                throw ImageError(
                    .recipe, "\(file):\(key.mark?.line ?? 0): \(what) has no key `\(name)`",
                    hint: "did you mean `\(nearest)`? Known keys: \(known.joined(separator: ", "))")
            }
            result[name] = value
        }
        return result
    }

    private func list(_ node: Node, _ key: String) throws -> [Node] {
        guard let sequence = node.sequence else { throw failure(node, "`\(key)` is not a list") }
        return Array(sequence)
    }

    private func strings(
        _ node: Node, _ key: String, check: ((Node, String) throws -> String)? = nil
    ) throws -> [String] {
        try list(node, key).map { try (check ?? string)($0, key) }
    }

    private func string(_ node: Node, _ key: String) throws -> String {
        guard let text = node.scalar?.string, !text.isEmpty else { throw failure(node, "`\(key)` is not a text") }
        return text
    }

    /// A text that can be a part of a file's name.
    private func word(_ node: Node, _ key: String) throws -> String {
        let text = try string(node, key)
        let allowed = text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || $0 == 0x2D
        }
        guard allowed else { throw failure(node, "`\(key)` consists of letters, digits and -, unlike `\(text)`") }
        return text
    }

    /// Debian policy 5.6.1: lower-case letters, digits, `+`, `-` and `.`; so it can never be an option of apt.
    private func package(_ node: Node, _ key: String) throws -> String {
        let text = try string(node, key)
        let allowed = text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || [0x2B, 0x2D, 0x2E].contains($0)
        }
        guard allowed, text.first?.isLetter == true || text.first?.isNumber == true else {
            throw failure(node, "`\(text)` is not the name of a Debian package")
        }
        return text
    }

    /// A path in the guest.
    private func absolute(_ node: Node, _ key: String) throws -> String {
        let path = try string(node, key)
        guard path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
            throw failure(node, "`\(key)` is a path in the guest and starts with /, not `\(path)`")
        }
        return path
    }

    /// A path beside the recipe; it cannot leave that directory, so that the content key covers it.
    private func relative(_ node: Node, _ key: String) throws -> String {
        let path = try string(node, key)
        guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
            throw failure(node, "`\(key)` is a path below the recipe's directory, not `\(path)`")
        }
        return path
    }

    private func failure(_ node: Node, _ text: String) -> ImageError {
        ImageError(.recipe, "\(file):\(node.mark?.line ?? 0): \(text)", hint: "see docs/images.md")
    }
}

/// The Levenshtein distance of two short words.
func distance(_ left: String, _ right: String) -> Int {
    let (left, right) = (Array(left.utf8), Array(right.utf8))
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, b) in right.enumerated() {
            (diagonal, row[j + 1]) = (row[j + 1], min(diagonal + (a == b ? 0 : 1), min(row[j], row[j + 1]) + 1))
        }
    }
    return row[right.count]
}
