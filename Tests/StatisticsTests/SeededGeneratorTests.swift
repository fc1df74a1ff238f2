import Statistics
import Testing

struct SeededGeneratorTests {
    @Test("equal seeds give equal numbers, and other seeds others")
    func seeds() {
        func numbers(_ seed: UInt64) -> [UInt64] {
            var generator = SeededGenerator(seed: seed)
            return (0..<4).map { _ in generator.next() }
        }
        #expect(numbers(1) == numbers(1))
        #expect(numbers(1) != numbers(2))
        #expect(Set(numbers(0)).count == 4)
    }

    @Test("every value and every order comes up about equally often")
    func fair() {
        var generator = SeededGenerator(seed: 9)
        var orders: [[Int]: Int] = [:]
        for _ in 0..<6000 {
            var values = [0, 1, 2]
            generator.shuffle(&values)
            orders[values, default: 0] += 1
        }
        #expect(orders.count == 6)
        #expect(orders.values.allSatisfy { (870...1130).contains($0) }, "\(orders)")
        let mean = (0..<6000).reduce(0.0) { sum, _ in sum + generator.uniform() } / 6000
        #expect(abs(mean - 0.5) < 0.02)
    }
}
