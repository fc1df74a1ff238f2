import Results
import Testing
import UserInput

@testable import Regression

@Suite("docs/regression.md")
struct SuiteDocumentTests {
    private let lines: [Substring]

    init() throws {
        let root = String(#filePath.dropLast("Tests/RegressionTests/SuiteDocumentTests.swift".count))
        lines = try TextFile.read(root + "docs/regression.md").split(separator: "\n", omittingEmptySubsequences: false)
    }

    private func section(_ title: String) -> ArraySlice<Substring> {
        lines.drop { $0 != "### \(title)" && $0 != "## \(title)" }.dropFirst().prefix { !$0.hasPrefix("#") }
    }

    /// What stands in backticks in the first column of a section's tables.
    private func listed(_ title: String) -> [String] {
        section(title).filter { $0.hasPrefix("| `") }.flatMap { row -> [String] in
            let cell = row.dropFirst().prefix { $0 != "|" }
            return cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
        }
    }

    @Test(
        "each table lists every key that the readers know, and no other",
        arguments: [
            ("A suite", Suite.keys), ("A reference", ReferenceBuild.keys), ("A lab", Suite.labKeys),
            ("A program", ProgramReader.keys),
            ("A step of a fault", FaultReader.keys), ("Defaults", Suite.defaultKeys), ("A group", GroupReader.keys),
            ("Inclusions and exclusions", GroupReader.selectionKeys), ("An expectation", ExpectationReader.keys),
            ("An output", ExpectationReader.textKeys),
            ("A line of a kernel's log", Expectation.KernelLine.Meaning.allCases.map(\.rawValue) + ["node"]),
            ("Counts", Expectation.countNames), ("Figures", GroupReader.figureKeys),
            ("Verdicts", Problem.Kind.allCases.map(\.rawValue)),
        ])
    func keys(title: String, keys: [String]) { #expect(listed(title).sorted() == keys.sorted()) }

    @Test("verdicts are those that kinds of problems have")
    func verdicts() {
        for row in section("Verdicts") where row.hasPrefix("| `") {
            let cells = row.split(separator: "|").map { String($0) }
            let kinds = cells[0].split(separator: "`").compactMap { Problem.Kind(rawValue: String($0)) }
            let word = cells[2].contains("not judged") ? Verdict.notJudged : .failed
            #expect(!kinds.isEmpty && kinds.allSatisfy { $0.verdict == word }, "\(row)")
        }
    }

    @Test("every schedule that it shows can be read, and every kind is shown")
    func schedules() throws {
        let forms = listed("Schedules")
        for form in forms { #expect(MoveSchedule(form)?.description == form) }
        #expect(
            forms.compactMap { $0.split(separator: " ").first } == ["none", "own", "every", "bounce", "at", "random"])
    }

    @Test("the worked example is a suite, with the cases that it lists")
    func example() throws {
        let text = lines.drop { $0 != "```yaml" }.dropFirst().prefix { $0 != "```" }.joined(separator: "\n")
        let cases = try SampleSuite.read(text).cases()
        let list = lines.drop { !$0.hasPrefix("    CASE ") }.dropFirst().prefix { !$0.contains("5 cases") }
        #expect(list.map { $0.drop { $0 == " " } } == cases.map { $0.id[...] })
    }

    @Test("its links lead to headings of its own")
    func links() {
        let headings = Set(
            lines.filter { $0.hasPrefix("#") }.map { line in
                String(
                    line.drop { $0 == "#" || $0 == " " }.lowercased().compactMap { sign -> Character? in
                        sign == " " ? "-" : sign.isLetter || sign == "-" ? sign : nil
                    })
            })
        for line in lines {
            for link in line.matches(of: /\]\(#([^)]*)\)/) {
                #expect(headings.contains(String(link.output.1)), "\(line)")
            }
        }
    }
}
