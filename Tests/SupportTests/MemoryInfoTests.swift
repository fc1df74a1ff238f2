import Support
import Testing

@Suite("What a kernel says of its memory")
struct MemoryInfoTests {
    @Test("a line is found by its whole key, and only numbers count")
    func lines() {
        let info = MemoryInfo("MemFreeze:  1 kB\nMemFree:          123 kB\nMemAvailable:  x kB\n")
        #expect(info.kib("MemFree") == 123)
        #expect(info.kib("MemAvailable") == nil && info.kib("Mem") == nil)
    }

    @Test("this host has memory")
    func host() throws { #expect(try #require(try MemoryInfo.host().kib("MemTotal")) > 0) }
}
