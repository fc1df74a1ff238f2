import Testing

@testable import History

struct HistoryErrorTests {
    @Test func exitCodes() { #expect(HistoryError(.newer, "x").exitStatus == .failure) }
}
