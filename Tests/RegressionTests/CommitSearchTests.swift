import Synchronization
import Testing

@testable import Regression

@Suite("The search for a commit")
struct CommitSearchTests {
    private typealias Commit = SourceHistory.Commit

    private static func commit(_ number: Int) -> Commit {
        Commit(id: "\(number)", subject: "Change \(number)", origin: "")
    }

    /// A search among `count` commits after a good one, of which those from `first` on are bad.
    private func search(
        _ count: Int, first: Int, unknown: Set<Int> = []
    ) async throws -> (suspects: [String], tried: [String]) {
        let search = CommitSearch(good: Self.commit(0), commits: (1...count).map(Self.commit)) { commit in
            let number = Int(commit.id) ?? 0
            if unknown.contains(number) { return (.unknown, "does not build") }
            return number >= first ? (.bad, "fails") : (.good, "passes")
        }
        let outcome = try await search.run { _ in }
        return (outcome.suspects.map(\.id), outcome.steps.map(\.commit.id))
    }

    @Test("it names the first bad one, wherever that is", arguments: 1...20)
    func everywhere(first: Int) async throws {
        let found = try await search(20, first: first)
        #expect(found.suspects == ["\(first)"])
        // Both ends, and a fifth of a doubling each.
        #expect(found.tried.count <= 7)
        #expect(Set(found.tried).count == found.tried.count)
    }

    @Test("what cannot be judged is passed over, and is suspected only if nothing else tells")
    func unknown() async throws {
        #expect(try await search(9, first: 8, unknown: [5, 6]).suspects == ["8"])
        #expect(try await search(9, first: 6, unknown: [5]).suspects == ["5", "6"])
        #expect(try await search(9, first: 9, unknown: Set(1...8)).suspects == (1...9).map(String.init))
    }

    @Test("ends that are not what somebody believes are told before anything else is tried")
    func ends() async throws {
        let badGood = await #expect(throws: RegressionError.self) { try await search(5, first: 0) }
        #expect(badGood?.summary == "0 Change 0 is bad, not good: fails")
        let goodBad = await #expect(throws: RegressionError.self) { try await search(5, first: 9) }
        #expect(goodBad?.summary == "5 Change 5 is good, not bad: passes")
    }

    @Test("two neighbours need no search")
    func neighbours() async throws { #expect(try await search(1, first: 1).tried == ["0", "1"]) }
}
