import Results

/// How much of a run a page takes in: it stays below 5 MB with 10,000 cases, whatever went wrong with them.
///
/// What does not fit is one link away, in the files of the case.
struct PageBudget: Sendable {
    /// Cases of one verdict that are shown with their evidence.
    static let articles = 150
    /// Bytes of evidence of one case.
    let evidence: Int
    /// Bytes of the pictures of one case's hops.
    let pictures: Int
    /// Lines of evidence of one problem.
    static let lines = 60
    /// Bytes of a sentence in the list of all cases.
    static let sentence = 80
    /// Rows of a table of figures.
    static let figures = 250
    /// Whether the list of all cases links their files too.
    let linksFiles: Bool

    /// Bytes that the list of all cases may take with links.
    private static let list = 2_400_000
    /// Bytes that all evidence may take.
    private static let evidence = 400_000
    /// Bytes that all pictures of hops may take.
    private static let pictures = 900_000

    init(_ results: RunResults) {
        let bytes = results.cases.reduce(0) { sum, one in
            sum + 2 * one.plan.id.utf8.count + (one.attempts.last?.folder.utf8.count ?? 0) + 110
                + min(one.reasonLine?.utf8.count ?? 0, Self.sentence)
        }
        linksFiles = bytes <= Self.list
        let shown = [Verdict.failed, .notJudged].map { min(results.count($0), Self.articles) }
        let articles = max(30, shown.reduce(min(results.flakyCount, Self.articles), +))
        evidence = Self.evidence / articles
        pictures = Self.pictures / articles
    }
}
