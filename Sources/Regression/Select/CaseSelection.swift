import Results
import Support
import UserInput

/// Which cases of a suite are run, and which part of them.
package struct CaseSelection: Sendable {
    /// Only those with these ids; all if there are none.
    package var ids: [String] = []
    /// Only those that all of these choose.
    package var filters: [CaseFilter] = []
    /// Only those with one of these tags; all if there are none.
    package var tags: [String] = []
    /// Only each n-th.
    package var shard: Shard?
    /// Not these, which are left out of the part.
    package var tried: Set<String> = []
    /// Only those of this run that did not pass.
    package var failedIn: RunResults?

    /// All cases.
    package init() {}

    /// Makes the choice, in the order of the suite.
    ///
    /// - Throws: `RegressionError` if an id or a tag is none of the suite's, or nothing that failed is.
    package func choose(from cases: [SuiteCase]) throws -> [SuiteCase] {
        let known = Set(cases.map(\.id)), knownTags = Set(cases.flatMap(\.tags))
        for id in ids where !known.contains(id) {
            throw RegressionError(
                .badArgument, "the suite has no case '\(id)'" + NearestName.suggestion(for: id, among: Array(known)),
                hint: "--dry-run lists them")
        }
        for tag in tags where !knownTags.contains(tag) {
            throw RegressionError(
                .badArgument,
                "no case has the tag '\(tag)'" + NearestName.suggestion(for: tag, among: Array(knownTags)),
                hint: knownTags.isEmpty ? nil : "there are \(knownTags.sorted().joined(separator: ", "))")
        }
        let failed = try failedIn.map { results in
            let ids = Set(results.cases.filter { $0.verdict == .failed || $0.verdict == .notJudged }.map(\.plan.id))
            guard ids.isEmpty || !ids.isDisjoint(with: known) else {
                throw RegressionError(
                    .badArgument,
                    "none of the \(ids.count) cases of run \(results.run.id) that failed or could not be judged is one of "
                        + "this suite", hint: "that run was of '\(results.run.suite)', \(results.run.suiteFile)")
            }
            return ids
        }
        let wanted = Set(ids)
        let chosen = cases.filter { one in
            (wanted.isEmpty || wanted.contains(one.id)) && filters.allSatisfy { $0.matches(one) }
                && (tags.isEmpty || one.tags.contains(where: tags.contains)) && failed?.contains(one.id) ?? true
        }
        return (shard?.part(of: chosen) ?? chosen).filter { !tried.contains($0.id) }
    }
}

/// A part of a suite, for several machines: `2/4` is the second of four.
package struct Shard: TextValue {
    /// From 1.
    package var number: Int
    /// How many there are.
    package var count: Int

    package init(parsing text: String) throws(InputError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int(digits: $0) }
        guard parts.count == 2, let number = parts[0], let count = parts[1], count > 0, (1...count).contains(number)
        else {
            throw InputError(.invalidValue, "'\(text)' is no part; expected I/N with I from 1 to N, such as 2/4")
        }
        self.number = number
        self.count = count
    }

    package var description: String { "\(number)/\(count)" }

    /// Every N-th case, so that each part has something of everything; all parts together are all cases.
    func part(of cases: [SuiteCase]) -> [SuiteCase] {
        cases.enumerated().filter { $0.offset % count == number - 1 }.map(\.element)
    }
}
