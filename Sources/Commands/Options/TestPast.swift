import ArgumentParser
import History
import Regression
import Results
import Support

/// What `test` has to do with the runs before.
struct TestPast: ParsableArguments {
    @OptionGroup var history: HistoryOptions

    @Flag(
        inversion: .prefixedNo,
        help: "Keep the results in the history, and tell what is new or slower beside the runs before.")
    var record = true

    /// How long cases took before, by id; nothing if that is not known.
    func expectedSeconds(suite: String, cases: [String]) -> [String: Double] {
        guard record, history.exists, let known = try? history.open().expectedSeconds(suite: suite, cases: cases) else {
            return [:]
        }
        return known
    }

    /// Keeps a run, and compares it with those before. A history that cannot be used is no reason to lose a run's verdict.
    ///
    /// - Parameter again: runs these cases on fresh boots.
    func judge(_ results: RunResults, again: ([String]) async throws -> RunResults) async throws -> RunPast {
        guard record else { return RunPast() }
        do {
            let history = try history.open()
            var said = try RunPast(of: results, in: history)
            _ = try history.record(results)
            if results.state == .complete, !said.slower.isEmpty {
                let fresh = try await again(Set(said.slower.map(\.id)).sorted())
                said.confirm(by: try SpeedVerdicts(of: fresh, in: history))
            }
            return said
        } catch let error as HistoryError {
            Notice.warning("this run is not in the history: \(error)")
            return RunPast()
        }
    }
}
