import Support

extension StoreLayout {
    /// Refuses a cache in whose paths make, apt and the kernel's build would read their own syntax, before anything is built.
    ///
    /// - Throws: `ImageError` with the path and what is wrong with it.
    func checkPath() throws {
        guard let bad = [images, downloads].lazy.compactMap({ $0.unicodeScalars.first { !Self.isSafe($0) } }).first
        else {
            return
        }
        throw ImageError(
            .tool, "images cannot be built in \(images): make and apt do not take '\(bad)' for a part of a name",
            hint: "set XDG_CACHE_HOME to a directory whose path has letters, digits and ._-+@/ only")
    }

    private static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
        !scalar.isASCII || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
            || "._-+@/".unicodeScalars.contains(scalar)
    }
}
