import FoundationEssentials
import Support

/// Packages on disk, each named by the SHA-256 of its content.
package struct DownloadCache: Sendable {
    private let directory: String

    /// - Parameter directory: the caller creates it.
    package init(directory: String) { self.directory = directory }

    /// Locked by who adds packages, until it is known what needs them, and by who removes those that nothing needs.
    package var lockFile: String { directory + ".lock" }

    /// Where the package is, if it is here.
    package func path(of package: DebianPackage) -> String { "\(directory)/\(package.sha256).deb" }

    /// Whether the package is here and unharmed; a harmed one is removed.
    package func holds(_ package: DebianPackage) -> Bool {
        let path = path(of: package)
        guard access(path, R_OK) == 0 else { return false }
        if (try? SHA256.hex(ofFile: path)) == package.sha256 { return true }
        unlink(path)
        return false
    }

    /// Moves the packages that apt downloaded into `folder` to their places, after hashing each again.
    ///
    /// - Throws: `DebianError` if a package is missing or differs from what apt's signed lists say.
    package func adopt(_ packages: [DebianPackage], from folder: String) throws {
        var files: [String: String] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".deb") {
            files[try SHA256.hex(ofFile: "\(folder)/\(name)")] = "\(folder)/\(name)"
        }
        // Two packages may be the same file.
        for package in packages where access(path(of: package), F_OK) != 0 {
            guard let file = files[package.sha256] else { throw failure(package, in: folder) }
            // From a `file:` source apt gives a link, and what it leads to may go away.
            if (try? FileManager.default.destinationOfSymbolicLink(atPath: file)) != nil {
                try AtomicFile.write(try AtomicFile.contents(of: file), to: path(of: package))
            } else if rename(file, path(of: package)) != 0 {
                throw SystemError("rename \(file)")
            }
        }
    }

    /// Why none of the files in `folder` is the package. apt does not always say that the disk was full.
    private func failure(_ package: DebianPackage, in folder: String) -> any Error {
        var room = statvfs()
        if statvfs(folder, &room) == 0, UInt64(room.f_bavail) * UInt64(room.f_frsize) < UInt64(package.size) {
            return SystemError("write the package \(package.name) to \(folder)", errno: ENOSPC)
        }
        return DebianError(
            .corrupt, "the download of \(package.name) \(package.version) is not what Debian signed",
            hint: "try again; a proxy on the way may have changed it")
    }
}
