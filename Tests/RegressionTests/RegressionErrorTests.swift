import Testing

@testable import Regression

struct RegressionErrorTests {
    @Test func exitCodes() { #expect(RegressionError(.locked, "x").exitStatus == .locked) }
}
