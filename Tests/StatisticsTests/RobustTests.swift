import Statistics
import Testing

struct RobustTests {
    @Test func median() {
        #expect(Robust.median([3, 1, 2]) == 2)
        #expect(Robust.median([4, 1, 2, 3]) == 2.5)
        #expect(Robust.median([]).isNaN)
    }
}
