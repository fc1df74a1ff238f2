import Binaries
import ISA
import Support

/// The files of the guest's packages, and what of them goes into an image.
///
/// Debian packages before and after the merge of `/bin` into `/usr/bin` (and so on) differ; here all is below `/usr`,
/// and the image has the symbolic links that a merged system has.
struct GuestFiles: Sendable {
    enum Content: Sendable, Equatable {
        case file([UInt8], mode: UInt32)
        case symlink(String)
    }

    static let mergedDirectories = ["bin", "sbin", "lib", "lib64"]

    private(set) var files: [String: Content] = [:]

    /// `/usr/lib/x` of `/lib/x`.
    static func merged(_ path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        let isMerged = parts.count > 1 && mergedDirectories.contains(String(parts[0]))
        return (isMerged ? "/usr/" : "/") + parts.joined(separator: "/")
    }

    /// Reads a package, except for documentation and translations.
    mutating func add(package: String) throws {
        try DebPackageFile.forEachEntry(in: package) { path, entry, content in
            if path.hasPrefix("/usr/share/doc") || path.hasPrefix("/usr/share/man")
                || path.hasPrefix("/usr/share/locale") || path.hasPrefix("/usr/lib/locale")
            {
                return
            }
            let place = Self.merged(path)
            switch entry.kind {
            case .file: files[place] = .file(try content(), mode: entry.mode)
            case .symlink(let target): files[place] = .symlink(target)
            case .hardLink(let target):
                files[place] = files[Self.merged(try DebPackageFile.absolute(target, in: package))]
            case .directory, .other: break
            }
        }
    }

    mutating func add(_ path: String, _ content: Content) { files[Self.merged(path)] = content }

    /// What `patterns` match, with the targets of symbolic links, dynamic linkers and shared libraries.
    ///
    /// - Throws: `ImageError` if a pattern matches nothing, a library is missing or a program is for another ISA.
    func selection(_ patterns: [String], isa: ISA) throws -> [String: Content] {
        var open: [String] = []
        for pattern in patterns {
            let merged = Self.merged(pattern)
            let matches = files.keys.filter { fnmatch(merged, $0, FNM_PATHNAME) == 0 }
            guard !matches.isEmpty else {
                throw ImageError(
                    .recipe, "no package of the recipe has `\(pattern)` for \(isa.rawValue)",
                    hint: "add the package that has it (`apt-file search \(pattern)`) to `packages`")
            }
            open += matches
        }
        var result: [String: Content] = [:]
        while let path = open.popLast() {
            guard result[path] == nil else { continue }
            guard let content = files[path] else {
                throw ImageError(.recipe, "`\(path)` is needed in the image, but no package of the recipe has it")
            }
            result[path] = content
            switch content {
            case .symlink(let target): open.append(Self.resolve(target, from: path))
            case .file(let bytes, _): open += try libraries(of: path, bytes, isa)
            }
        }
        return result
    }

    private func libraries(of path: String, _ bytes: [UInt8], _ isa: ISA) throws -> [String] {
        guard let elf = try? ELFFile(bytes, name: path) else { return [] }
        guard elf.isa == isa else {
            throw ImageError(.recipe, "`\(path)` is a program for another ISA than \(isa.rawValue)")
        }
        let folders = ["/usr/lib/\(isa.gnuTriplet)", "/usr/lib", "/usr/lib64"]
        let libraries = try elf.neededLibraries.map { name in
            let places = folders.map { "\($0)/\(name)" }
            guard let place = places.first(where: { files[$0] != nil }) else {
                throw ImageError(
                    .recipe, "`\(path)` needs the library \(name), which no package of the recipe has",
                    hint: "add its package to `packages`, or remove it from `without`")
            }
            return place
        }
        return libraries + (elf.interpreter.map { [Self.merged($0)] } ?? [])
    }

    /// The absolute path that a symbolic link at `path` leads to.
    static func resolve(_ target: String, from path: String) -> String {
        var parts = target.hasPrefix("/") ? [] : path.split(separator: "/").dropLast().map(String.init)
        for part in target.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
        }
        return merged("/" + parts.joined(separator: "/"))
    }
}
