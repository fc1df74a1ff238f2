/// The text of a kernel's `/proc/meminfo` (proc(5)), of this host or of a guest.
package struct MemoryInfo: Sendable {
    private let text: String

    /// Reads nothing yet.
    package init(_ text: String) { self.text = text }

    /// That of this host.
    ///
    /// - Throws: `SystemError`.
    package static func host() throws -> MemoryInfo {
        MemoryInfo(ByteText.text(Array(try AtomicFile.contents(of: "/proc/meminfo"))))
    }

    /// The number in its line `KEY: N kB`, in KiB; `nil` if there is no such line.
    package func kib(_ key: String) -> UInt64? {
        let line = text.split(separator: "\n").first { $0.hasPrefix(key + ":") }
        return line?.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }
    }
}
