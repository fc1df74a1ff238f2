import Statistics
import Testing

struct HolmTests {
    @Test func adjusted() {
        #expect(Holm.adjusted([]) == [])
        #expect(Holm.adjusted([0.04]) == [0.04])
        // 3 × 0.01, 2 × 0.015 which may not be below the one before, 1 × 0.5.
        #expect(Holm.adjusted([0.5, 0.01, 0.015]) == [0.5, 0.03, 0.03])
        #expect(Holm.adjusted([0.6, 0.6]) == [1, 1])
    }
}
