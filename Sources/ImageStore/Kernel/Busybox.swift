import Support

/// The applets of a busybox binary, read from the binary itself: one of another ISA cannot be asked with `--list`.
///
/// busybox keeps their names as zero-terminated texts in sorted order, which begin with `[` and `[[`
/// (`applet_names` of its generated `applet_tables.h`).
enum Busybox {
    /// - Throws: `ImageError` if the binary has no such table.
    static func applets(of binary: [UInt8]) throws -> [String] {
        let start: [UInt8] = [0x5B, 0, 0x5B, 0x5B, 0]
        // memchr, as a loop over two million bytes takes seconds in a debug build.
        let places = binary.withUnsafeBytes { buffer -> [Int] in
            var found: [Int] = []
            var place = 0
            while place < buffer.count, let base = buffer.baseAddress,
                let hit = memchr(base + place, 0x5B, buffer.count - place)
            {
                place = UnsafeRawPointer(hit) - base
                if buffer[place...].starts(with: start) { found.append(place) }
                place += 1
            }
            return found
        }
        for place in places {
            let names = table(binary[place...])
            if names.contains("sh"), names.contains("mount") { return names }
        }
        throw ImageError(.corrupt, "the busybox of the packages has no table of applets")
    }

    private static func table(_ bytes: ArraySlice<UInt8>) -> [String] {
        var names: [String] = []
        var rest = bytes
        while let end = rest.firstIndex(of: 0) {
            let name = String(decoding: rest[..<end], as: UTF8.self)
            let isName = !name.isEmpty && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x2F }
            guard isName, names.last.map({ $0.utf8.lexicographicallyPrecedes(name.utf8) }) ?? true else { break }
            names.append(name)
            rest = rest[(end + 1)...]
        }
        return names
    }
}
