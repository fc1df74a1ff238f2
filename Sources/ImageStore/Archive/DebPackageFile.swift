import Archives
import Support

/// The files of a `.deb`: an `ar` archive whose member `data.tar.*` holds them (deb(5)).
enum DebPackageFile {
    /// Calls `visit` for each entry of the package, with its absolute path and a closure that reads its content.
    ///
    /// Only what `visit` reads is kept; nothing is unpacked.
    /// - Throws: `ImageError` if the package is damaged or names a path outside the root.
    static func forEachEntry(
        in path: String,
        _ visit: (_ path: String, _ entry: ArchiveEntry, _ content: () throws -> [UInt8]) throws -> Void
    ) throws {
        do {
            try visitEntries(in: path, visit)
        } catch let error as ArchiveError {
            throw ImageError(.corrupt, error.summary)
        }
    }

    private static func visitEntries(
        in path: String,
        _ visit: (_ path: String, _ entry: ArchiveEntry, _ content: () throws -> [UInt8]) throws -> Void
    ) throws {
        let package = try ArchiveReader(file: path, format: .ar)
        while let member = try package.next() {
            guard member.path.hasPrefix("data.tar") else { continue }
            let data = try ArchiveReader(nestedIn: package, format: .tar, name: "\(path): \(member.path)")
            while let entry = try data.next() {
                try visit(try absolute(entry.path, in: path), entry, data.content)
            }
            return
        }
        throw ImageError(.corrupt, "\(path) is not a Debian package: it has no data.tar")
    }

    /// `/usr/bin/env` of `./usr/bin/env`.
    static func absolute(_ name: String, in package: String) throws -> String {
        let parts = name.split(separator: "/").filter { $0 != "." }
        guard !parts.contains("..") else { throw ImageError(.corrupt, "\(package) holds the path \(name)") }
        return "/" + parts.joined(separator: "/")
    }
}
