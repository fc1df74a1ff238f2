import Support

/// A run as workflow commands of GitHub Actions, which become annotations.
///
/// GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest without a word; so the last of each
/// kind says how many there are besides.
struct GitHubText {
    let results: RunResults
    let slower: [SlowFigure]

    private struct Annotation {
        var title: String
        var message: String
    }

    private static let most = 10
    /// Characters of a message. A page of annotations is for pointing at things.
    private static let length = 2000

    var text: String {
        let name = results.title
        let failed = results.cases(.failed).map { annotation($0, "failed") }
        let unjudged = results.cases(.notJudged).map { annotation($0, "could not be judged") }
        let flaky = results.cases.filter(\.isFlaky).map { one in
            let first = one.attempts.first { $0.verdict == .failed }?.problems.first
            return Annotation(
                title: "flaky: \(one.plan.id)",
                message: "passed at try \(one.attempts.count); before: \(first?.line ?? "")")
        }
        let slow = slower.map { Annotation(title: "slower: \($0.id)", message: "\($0.figure): \($0.change)") }
        let exit = RunExit(of: results, isSlower: !slower.isEmpty)
        let verdict = Annotation(title: "\(name): \(exit.words)", message: results.sentence)
        let lines =
            commands("error", failed, more: "cases failed")
            + commands("warning", unjudged + slow, more: "cases could not be judged or are slower")
            + commands("notice", [verdict] + flaky, more: "cases are flaky")
        return lines.map { $0 + "\n" }.joined()
    }

    private func annotation(_ one: CaseResult, _ what: String) -> Annotation {
        let evidence = one.headline?.evidence(limit: 12) ?? []
        let message = [one.reasonLine ?? ""] + evidence + ["reproduce: " + one.reproduce]
        return Annotation(title: "\(what): \(one.plan.id)", message: message.joined(separator: "\n"))
    }

    private func commands(_ kind: String, _ all: [Annotation], more: String) -> [String] {
        let shown = all.count > Self.most ? Array(all.prefix(Self.most - 1)) : all
        let rest = Annotation(
            title: "\(results.title): \(all.count - shown.count) more",
            message: "\(all.count - shown.count) more \(more)")
        return (shown.count < all.count ? shown + [rest] : shown).map { annotation in
            "::\(kind) title=\(Self.property(annotation.title))::\(Self.data(annotation.message))"
        }
    }

    private static func property(_ text: String) -> String {
        data(VisibleText.text(text)).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }

    private static func data(_ text: String) -> String {
        let visible = VisibleText.text(text, keepsLines: true)
        let short = visible.count > length ? visible.prefix(length) + "…" : visible[...]
        // Not by characters: CR and LF are one.
        return String(short).unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "%": result += "%25"
            case "\r": result += "%0D"
            case "\n": result += "%0A"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
