import History
import Report
import Results

/// What a dashboard shows, and to whom.
package struct DashboardSettings: Sendable {
    /// The directory that has a directory for each run, by the run's id.
    package var runs: String
    /// The history's database, which need not exist.
    package var history: String
    /// What the history says of a run, for the run's page.
    package var additions: @Sendable (RunResults, History) throws -> ReportAdditions
    /// Makes a trace: from a try's folder, relative to `runs`, to a new file as Chrome trace event JSON.
    package var trace: @Sendable (_ folder: String, _ file: String) throws -> Void
    /// What visitors must show; `nil` lets everybody in who reaches the address.
    package var token: AccessToken?

    /// Takes the values as they are.
    package init(
        runs: String, history: String, token: AccessToken? = nil,
        additions: @escaping @Sendable (RunResults, History) throws -> ReportAdditions,
        trace: @escaping @Sendable (_ folder: String, _ file: String) throws -> Void
    ) {
        self.runs = runs
        self.history = history
        self.token = token
        self.additions = additions
        self.trace = trace
    }
}
