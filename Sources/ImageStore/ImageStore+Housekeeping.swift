import Debian
import FoundationEssentials
import ISA
import Support

extension ImageStore {
    /// Every unharmed image in the store, newest first.
    package func list() -> [GuestImage] {
        layout.names(in: layout.store).compactMap { GuestImage(directory: layout.image($0)) }
            .sorted { $0.record.built > $1.record.built }
    }

    /// The image whose id begins with `prefix`.
    ///
    /// - Throws: `ImageError` if there is none, or more than one.
    package func show(_ prefix: String) throws -> GuestImage {
        let found = list().filter { $0.id.hasPrefix(prefix) }
        guard let image = found.first, !prefix.isEmpty else {
            throw ImageError(.unknown, "there is no image `\(prefix)`", hint: "`popcorn-lab images ls` lists them")
        }
        guard found.count == 1 else {
            throw ImageError(.unknown, "`\(prefix)` is the beginning of \(found.count) images' ids")
        }
        return image
    }

    /// Removes an image; a guest that runs from it goes on.
    ///
    /// - Throws: `ImageError` if there is no such image, `SystemError` if it cannot be removed.
    package func remove(_ id: String) throws {
        try discard(try show(id).directory)
        removeDanglingKeys()
    }

    /// Removes what the recipes, as they are now, do not lead to: older images, downloads and unpacked headers,
    /// and what killed builds left.
    ///
    /// - Parameter keeping: ids of images that labs refer to.
    /// - Returns: the ids of the images that were removed.
    /// - Throws: `InputError` if a recipe has an error, as it is not known then what it needs.
    @discardableResult
    package func prune(keeping: Set<String> = []) async throws -> [String] {
        let needed = try inUse()
        return try await Worker("images").run {
            try layout.create()
            // A download under way is not in anybody's list yet.
            let downloads = DownloadCache(directory: layout.downloads)
            let lock = try FileLock.waiting(path: downloads.lockFile, purpose: "remove what is not used")
            defer { withExtendedLifetime(lock) {} }
            WorkDirectory.removeAbandoned(in: layout.temporary)
            let packages = needed.pins.flatMap { DebianPackage.read(pins: $0.file) ?? [] }
            let headers = needed.pins.map { layout.headers(DebianPackage.read(pins: $0.file) ?? [], isa: $0.isa) }
            try discard(layout.keys, except: needed.keys)
            try discard(layout.packages, except: Set(needed.pins.map { Self.name($0.file) }))
            try discard(layout.headers, except: Set(headers.map(Self.name)))
            try discard(layout.downloads, except: Set(packages.map { $0.sha256 + ".deb" }))
            let linked = layout.names(in: layout.keys).compactMap { linkedImage("\(layout.keys)/\($0)") }
            return try discard(layout.store, except: keeping.union(linked))
        }
    }

    /// What the recipes lead to.
    private func inUse() throws -> (keys: Set<String>, pins: [(isa: ISA, file: String)]) {
        var keys: Set<String> = []
        var pins: [(isa: ISA, file: String)] = []
        for name in recipes() {
            let recipe = try recipe(named: name)
            for isa in ISA.allCases {
                keys.insert(try ImageKey(recipe: recipe, isa: isa, share: share).value)
                pins.append((isa, try layout.pins(of: recipe, isa: isa, host: ISA.host ?? isa)))
            }
        }
        return (keys, pins)
    }

    @discardableResult
    private func discard(_ directory: String, except kept: Set<String>) throws -> [String] {
        let names = layout.names(in: directory).filter { !kept.contains($0) }
        for name in names { try discard("\(directory)/\(name)") }
        return names
    }

    private static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// Moves something away before it is deleted, so that nobody finds half of it.
    private func discard(_ path: String) throws {
        let work = try WorkDirectory(in: layout.temporary)
        defer { work.remove() }
        guard rename(path, work.path + "/removed") == 0 || errno == ENOENT else { throw SystemError("remove \(path)") }
    }

    private func removeDanglingKeys() {
        for name in layout.names(in: layout.keys) {
            let link = "\(layout.keys)/\(name)"
            if access(link, F_OK) != 0 { unlink(link) }
        }
    }

    private func linkedImage(_ link: String) -> String? {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: link))?.split(separator: "/").last.map(String.init)
    }
}
