/// The formats in which a run can be handed on.
package enum ResultsFormat: String, Sendable, CaseIterable {
    /// `results.json`.
    case json
    /// JUnit XML, for Jenkins, GitLab and others.
    case junit
    /// The kernel's test protocol.
    case ktap
    /// Annotations of GitHub Actions.
    case github
    /// A summary for people.
    case markdown

    /// The whole text of a run in this format, UTF-8, with a newline at its end.
    ///
    /// - Parameters:
    ///   - directory: the run's, which the paths of logs begin with; without it they are relative.
    ///   - slower: figures that got worse. JSON, JUnit and KTAP have no place for them.
    /// - Throws: `EncodingError` for JSON of figures that are no numbers.
    package func text(of results: RunResults, directory: String? = nil, slower: [SlowFigure] = []) throws -> String {
        switch self {
        case .json: try results.json()
        case .junit: JUnitText(results, directory: directory).text
        case .ktap: KTAPText(results: results, directory: directory).text
        case .github: GitHubText(results: results, slower: slower).text
        case .markdown: MarkdownText(results: results, slower: slower, directory: directory).text
        }
    }
}
