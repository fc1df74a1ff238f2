import Testing

@testable import Report

struct ReportErrorTests {
    @Test func exitCodes() { #expect(ReportError(.template, "x").exitStatus == .failure) }
}
