import Foundation
import Results
import Testing

/// KTAP, annotations and Markdown.
struct TextFormatTests {
    private func lines(_ format: ResultsFormat, _ results: RunResults, slower: [SlowFigure] = []) throws -> [String] {
        let text = try format.text(of: results, slower: slower)
        #expect(text.hasSuffix("\n"))
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    private func copies(of index: Int, _ count: Int) throws -> RunResults {
        var results = try Example.run()
        let one = results.cases[index]
        results.cases = (0..<count).map { number in
            var copy = one
            copy.plan.id += "-\(number)"
            return copy
        }
        return results
    }

    @Test func ktap() throws {
        let all = try lines(.ktap, Example.run())
        #expect(all.prefix(2) == ["KTAP version 1", "1..8"])
        #expect(
            all.filter { !$0.hasPrefix("#") }.dropFirst(2) == [
                "ok 1 tutorial/primesum/pair/x86/none/none/1",
                "ok 2 tutorial/primesum/pair/x86/bounce-20/none/1",
                "ok 3 tutorial/primesum/pair/x86/bounce-20/none/2",
                "not ok 4 tutorial/dsm/pair/x86/every-100ms/none/1",
                "ok 5 tutorial/dsm/pair/arm/every-100ms/none/1",
                "not ok 6 faults/primesum/pair/x86/bounce-20/cut/1 # TIMEOUT x86: did not end within 30 s",
                "not ok 7 faults/primesum/four/x86/bounce-20/none/1 # ERROR four nodes need 2048 MiB, and 911 MiB are free",
                "ok 8 faults/dsm/pair/x86/bounce-20/kill-arm/1 # SKIP the lab 'four' could not be booted",
            ])
        let index = try #require(all.firstIndex { $0.hasPrefix("not ok 4") })
        #expect(all[index - 1].hasPrefix("# reproduce: popcorn-lab test"))
        #expect(all.contains("#       [   41.213702] pc : page_grant+0x58/0x1f0 [popcorn]"))
    }

    /// Whatever a guest says is a diagnostic, and no result.
    @Test func hostileKTAP() throws {
        let all = try lines(.ktap, Example.hostileRun())
        let results = all.filter { !$0.hasPrefix("# ") }
        #expect(results.count == 10)
        for (number, line) in results.dropFirst(2).enumerated() {
            let words = line.split(separator: " ")
            #expect(line.hasPrefix("ok \(number + 1) ") || line.hasPrefix("not ok \(number + 1) "))
            #expect(!words.isEmpty)
            // The first number sign is that of the directive.
            if let sign = line.firstIndex(of: "#") {
                let directive = line[sign...]
                #expect(
                    ["# SKIP ", "# ERROR ", "# TIMEOUT "].contains { directive.hasPrefix($0) }, "\(line)")
            }
            #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\t" })
        }
    }

    @Test func annotations() throws {
        let all = try lines(.github, Example.run())
        #expect(all.count == 5)
        #expect(all[0].hasPrefix("::error title=failed%3A tutorial/dsm/pair/x86/every-100ms/none/1::arm: Oops: NULL"))
        #expect(all[0].contains("%0A[   41.213702] pc : page_grant"))
        #expect(all.count { $0.hasPrefix("::error ") } == 2)
        #expect(all.count { $0.hasPrefix("::warning title=could not be judged%3A ") } == 1)
        #expect(all[3].hasPrefix("::notice title=nightly%3A failed::4 of 8 cases passed, 2 failed"))
        #expect(
            all[4] == "::notice title=flaky%3A tutorial/primesum/pair/x86/bounce-20/none/2::passed at try 2; "
                + "before: exit code 1, expected 0")
    }

    @Test func hostileAnnotations() throws {
        let all = try lines(.github, Example.hostileRun())
        #expect(all.count == 5)
        for line in all {
            #expect(["::error title=", "::warning title=", "::notice title="].contains { line.hasPrefix($0) })
            let title = line.split(separator: "title=", maxSplits: 1)[1].split(separator: "::", maxSplits: 1)[0]
            #expect(!title.contains(":") && !title.contains(","))
            #expect(title.contains("%250A"))
        }
    }

    /// GitHub drops the eleventh without a word.
    @Test func manyAnnotations() throws {
        let all = try lines(.github, copies(of: 3, 25))
        #expect(all.count { $0.hasPrefix("::error ") } == 10)
        #expect(all[9].hasSuffix("::16 more cases failed"))
        #expect(try lines(.github, copies(of: 3, 10)).allSatisfy { !$0.contains("more cases failed") })
    }

    @Test func markdown() throws {
        let slow = SlowFigure(
            id: "tutorial/primesum", figure: "hop.leave x86->arm", unit: "us", before: 900, after: 990,
            ratio: 1.08...1.13, evidence: "12 boots against 12")
        let all = try lines(.markdown, Example.run(), slower: [slow])
        #expect(all[0] == "## nightly: failed")
        #expect(
            all[2].hasPrefix(
                "4 of 8 cases passed, 2 failed, 1 could not be judged, 1 not run; 1 was flaky. It took 2 min"))
        #expect(all.contains { $0.hasPrefix("| `tutorial/dsm/pair/x86/every-100ms/none/1` | `arm: Oops: NULL") })
        let headings = all.filter { $0.hasPrefix("###") }
        #expect(headings.map { $0.dropFirst(4).prefix(5) } == ["Faile", "Flaky", "Could", "Slowe", "Not r", "To re"])
        #expect(all.contains { $0.contains("| 990 us, was 900 us (+8.0 % to +13.0 %) |") })
    }

    /// A row stays a row, and nothing in it is HTML or a mention.
    @Test func hostileMarkdown() throws {
        var results = try Example.hostileRun()
        results.cases[3].plan.id = "a|b<img src=x>@name `c`\n| x |"
        let all = try lines(.markdown, results)
        for line in all where line.hasPrefix("|") {
            // Bars that end cells: none may be in a cell's text.
            #expect(line.split(separator: "|", omittingEmptySubsequences: false).count <= 6, "\(line)")
        }
        #expect(!all.contains { $0.contains("<img") || $0.contains("@name") })
        #expect(!all.contains { $0.unicodeScalars.contains("\u{202e}") || $0.unicodeScalars.contains("\u{1b}") })
    }

    @Test func manyRows() throws {
        let all = try lines(.markdown, copies(of: 3, 250))
        #expect(all.contains("… and 150 more."))
        #expect(all.count < 200)
    }

    @Test func endlessEvidence() throws {
        var results = try Example.run()
        results.cases[3].attempts[1].problems[0].details = Array(
            repeating: String(repeating: "x", count: 5000), count: 5000)
        for format in [ResultsFormat.junit, .ktap, .github, .markdown] {
            #expect(try format.text(of: results).utf8.count < 200_000, "\(format)")
        }
    }
}
