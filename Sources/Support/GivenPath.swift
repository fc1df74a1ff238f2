/// Paths as users give them, from the root or from the current directory.
package enum GivenPath {
    /// The directory that a path's last part lies in, `.` for a bare name, and that part.
    package static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        return (slash == path.startIndex ? "/" : String(path[..<slash]), String(path[path.index(after: slash)...]))
    }
}
