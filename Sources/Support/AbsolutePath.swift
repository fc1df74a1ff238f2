import FoundationEssentials

/// Paths of the host without reference to a current directory.
package enum AbsolutePath {
    /// `path` from the root, without `.` and `..`; links are not followed.
    ///
    /// - Parameter directory: what a relative one starts from; `nil` for the process's own.
    package static func of(_ path: String, in directory: String? = nil) -> String {
        let base = directory ?? FileManager.default.currentDirectoryPath
        // Foundation takes a tilde for a home, which is a shell's business.
        let path = path.hasPrefix("~") ? "./" + path : path
        return URL(filePath: path, relativeTo: URL(filePath: base, directoryHint: .isDirectory)).standardizedFileURL
            .path
    }

    /// The directory that a path's last part lies in.
    package static func parent(of path: String) -> String { GivenPath.split(path).directory }
}
