import History

extension CaseLife {
    /// For one line; `nil` for a case of which there is nothing to say.
    package var words: String? {
        switch self {
        case .passing, .notJudged, .notRun: nil
        case .flaky(let count, let of): "flaky in \(count) of \(of) runs"
        case .fixed(let since): "fixed; it failed since \(since)"
        case .newFailure(let last): last.map { "new failure; it passed in \($0)" } ?? "fails in its first run"
        case .stillFailing(let since): "still failing since \(since)"
        }
    }
}
