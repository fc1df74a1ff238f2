import Results
import Statistics
import Testing

@testable import Dashboard

struct CompareTests {
    private let old = [100.0, 101, 99, 100.5, 99.5, 100.2]

    @Test("a slower figure has its ratio and interval")
    func slower() throws {
        let comparison = RunComparison(Site.night(1, wall: old), Site.night(2, wall: old.map { $0 * 1.2 }))
        let figure = try #require(comparison.figures.first)
        guard case .compared(let found, let word) = figure.outcome else {
            Issue.record("\(figure.outcome)")
            return
        }
        #expect(word == .slower && abs(found.ratio - 1.2) < 1e-9 && found.low > 1.1 && found.high < 1.3)
        #expect(comparison.changes.isEmpty)
    }

    @Test("the same again is not slower, and fast ones are faster")
    func others() {
        let same = RunComparison(Site.night(1, wall: old), Site.night(2, wall: old))
        let faster = RunComparison(Site.night(1, wall: old), Site.night(2, wall: old.map { $0 / 2 }))
        guard case .compared(_, let one)? = same.figures.first?.outcome,
            case .compared(_, let two)? = faster.figures.first?.outcome
        else {
            Issue.record("not compared")
            return
        }
        #expect(one != .slower && one != .faster && two == .faster)
    }

    @Test("unlike platforms are told, and never compared")
    func unlike() async throws {
        let site = try Site()
        let (before, after) = (Site.night(1, wall: old, platform: "x"), Site.night(2, wall: old, platform: "y"))
        let comparison = RunComparison(before, after)
        #expect(comparison.figures.map(\.outcome) == [.unlike(["host.cpu: x, not y"])])
        try site.add(before)
        try site.add(after)
        let page = try await site.page("/compare?a=night-1&b=night-2")
        #expect(page.contains("1 figure is not compared") && page.contains("host.cpu: x, not y"))
        #expect(!page.contains("1.000"))
    }

    @Test("few boots give no interval, and zeros no ratio")
    func few() {
        let few = RunComparison(Site.night(1, wall: [100]), Site.night(2, wall: [200]))
        #expect(few.figures.map(\.outcome) == [.tooFew])
        let zeros = old.map { _ in 0.0 }
        #expect(
            RunComparison(Site.night(1, wall: zeros), Site.night(2, wall: zeros)).figures.map(\.outcome) == [
                .notPositive
            ])
    }

    @Test("verdicts that changed, cases that came and went")
    func verdicts() async throws {
        let site = try Site()
        let before = Site.night(1)
        var after = Site.night(2, fails: true)
        var fresh = after.cases[0]
        fresh.plan.id = "b/1"
        after.cases.append(fresh)
        after.run.cases = after.cases.map(\.plan)
        let comparison = RunComparison(before, after)
        #expect(comparison.changes.map(\.id) == ["a/1", "b/1"])
        #expect(
            comparison.changes.map(\.before) == [.passed, nil] && comparison.changes.map(\.after) == [.failed, .failed])
        let back = RunComparison(after, before)
        #expect(back.changes.map(\.after) == [.passed, nil])
        // What failed has no figures.
        #expect(comparison.figures.isEmpty)
        try site.add(before)
        try site.add(after)
        let page = try await site.page("/compare?a=night-1&b=night-2")
        #expect(page.contains("2 cases have another verdict") && page.contains("exit code 1, expected 0"))
        #expect(try await site.get("/compare?a=night-1&b=absent").status == .notFound)
    }
}
