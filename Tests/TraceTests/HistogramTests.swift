import Testing

@testable import Trace

@Suite("Histograms")
struct HistogramTests {
    @Test("classes double, and borders belong to the class above")
    func classes() {
        var histogram = Histogram()
        for value in [0, 0.5, 1, 1.9, 2, 3.99, 4, 1000, 1024, -5] { histogram.add(value) }
        histogram.add(.nan)
        #expect(histogram.total == 10)
        let counts = Dictionary(uniqueKeysWithValues: histogram.buckets.map { ($0.low, $0.count) })
        #expect(counts[0] == 3)
        #expect(counts[1] == 2)
        #expect(counts[2] == 2)
        #expect(counts[4] == 1)
        #expect(counts[512] == 1)
        #expect(counts[1024] == 1)
        #expect(histogram.buckets.count == 12)
        #expect(zip(histogram.buckets, histogram.buckets.dropFirst()).allSatisfy { $0.high == $1.low })
    }

    @Test("lines are aligned and the longest bar has the full width")
    func rendering() {
        var histogram = Histogram()
        for _ in 0..<10 { histogram.add(300) }
        for _ in 0..<5 { histogram.add(600) }
        #expect(
            histogram.lines(width: 10) == ["[ 256,  512) µs 10 ##########", "[ 512, 1024) µs  5 #####"])
        #expect(Histogram().lines().isEmpty)
    }

    @Test("huge and infinite values do no harm")
    func extremes() {
        var histogram = Histogram()
        histogram.add(.infinity)
        histogram.add(1e300)
        #expect(histogram.total == 2)
        #expect(histogram.lines().count >= 1)
        var sum = Histogram()
        sum.add(3)
        sum.add(histogram)
        #expect(sum.total == 3)
    }
}
