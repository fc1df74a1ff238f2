import FoundationEssentials
import Support

extension ImageStore {
    /// Every unharmed image in the store, newest first.
    public func list() -> [GuestImage] {
        layout.names(in: layout.store).compactMap { GuestImage(directory: layout.image($0)) }
            .sorted { $0.record.built > $1.record.built }
    }

    /// The image whose id begins with `prefix`.
    ///
    /// - Throws: `ImageError` if there is none, or more than one.
    public func show(_ prefix: String) throws -> GuestImage {
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
    public func remove(_ id: String) throws {
        try discard(try show(id).id)
        removeDanglingKeys()
    }

    /// Removes what no recipe leads to any more: older images, what killed builds left, headers and packages.
    ///
    /// - Parameter keeping: ids of images that labs refer to.
    /// - Returns: the ids that were removed.
    @discardableResult
    public func prune(keeping: Set<String> = []) throws -> [String] {
        WorkDirectory.removeAbandoned(in: layout.temporary)
        removeDanglingKeys()
        let linked = Set(layout.names(in: layout.keys).compactMap { linkedImage("\(layout.keys)/\($0)") })
        let unused = layout.names(in: layout.store).filter { !linked.contains($0) && !keeping.contains($0) }
        for id in unused { try discard(id) }
        return unused
    }

    /// Moves the image out of the store before it is deleted, so that nobody finds half of it.
    private func discard(_ id: String) throws {
        try layout.create()
        let work = try WorkDirectory(in: layout.temporary)
        defer { work.remove() }
        guard rename(layout.image(id), work.path + "/removed") == 0 || errno == ENOENT else {
            throw SystemError("remove \(layout.image(id))")
        }
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
