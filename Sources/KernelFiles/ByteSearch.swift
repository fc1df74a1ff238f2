import CLinux
import Support

extension [UInt8] {
    /// Where `text` begins, from `start` on. A loop over millions of bytes takes seconds in a debug build, so libc searches.
    func place(of text: String, from start: Int = 0) -> Int? {
        let needle = Array(text.utf8)
        return withUnsafeBytes { buffer in
            guard start <= buffer.count, let base = buffer.baseAddress,
                let hit = linux_find_bytes(base + start, buffer.count - start, needle, needle.count)
            else { return nil }
            return hit - base
        }
    }
}
