import Results
import Testing

struct RunExitTests {
    private func run(_ verdicts: [Verdict], _ state: RunResults.State = .complete) throws -> RunResults {
        var results = try Example.run()
        let examples = Dictionary(grouping: results.cases, by: \.verdict)
        results.cases = verdicts.compactMap { examples[$0]?.first }
        #expect(results.cases.map(\.verdict) == verdicts)
        results.state = state
        return results
    }

    @Test func codes() throws {
        #expect(RunExit(of: try run([.passed, .notRun])).rawValue == 0)
        #expect(RunExit(of: try run([.passed, .failed, .notJudged])).rawValue == 1)
        #expect(RunExit(of: try run([.passed, .notJudged])).rawValue == 2)
        #expect(RunExit(of: try run([])).rawValue == 3)
        #expect(RunExit(of: try run([.notRun])).rawValue == 3)
        #expect(RunExit(of: try run([.passed]), isSlower: true).rawValue == 5)
    }

    /// Being slower hides nothing worse.
    @Test func slowerIsLast() throws {
        #expect(RunExit(of: try run([.failed]), isSlower: true) == .failed)
        #expect(RunExit(of: try run([.notJudged]), isSlower: true) == .notJudged)
        #expect(RunExit(of: try run([]), isSlower: true) == .nothingRun)
    }

    /// What was not run has not passed.
    @Test(arguments: [RunResults.State.interrupted, .unfinished])
    func partOfARun(_ state: RunResults.State) throws {
        #expect(RunExit(of: try run([.passed, .notRun], state)) == .notJudged)
        #expect(RunExit(of: try run([.notRun], state)) == .notJudged)
        #expect(RunExit(of: try run([.failed, .notRun], state)) == .failed)
    }

    @Test func numbers() {
        #expect(DecimalText.fixed(-0.004, 2) == "0.00")
        #expect(DecimalText.fixed(1234.5678, 3) == "1234.568")
        #expect(DecimalText.short(0.01234) == "0.0123")
        #expect(DecimalText.short(12.34) == "12.3")
        #expect(DecimalText.short(412) == "412")
        #expect(DecimalText.percent(0.0812) == "+8.1 %")
        #expect(DecimalText.seconds(59.96) == "60.0 s")
        #expect(DecimalText.seconds(3725) == "1 h 2 min")
    }

    /// A file may say anything.
    @Test(arguments: [Double.infinity, -.infinity, .nan, 1e300, -1e300, Double.leastNonzeroMagnitude])
    func absurdNumbers(_ number: Double) {
        for text in [
            DecimalText.fixed(number, 3), DecimalText.short(number), DecimalText.seconds(number),
            DecimalText.utc(number),
        ] { #expect(!text.isEmpty) }
    }
}
