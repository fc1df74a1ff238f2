import FoundationEssentials
import Results
import Support
import TestSupport
import Testing

@testable import Report

struct ReportPageTests {
    private func page(_ results: RunResults, _ additions: ReportAdditions = ReportAdditions()) throws -> String {
        try ReportPage(results, additions: additions, directory: "/nowhere").html()
    }

    /// The verdict comes first, then what is wrong, and last how to do it again.
    @Test func order() async throws {
        let html = try page(Example.run(), Example.additions())
        let reader = try PageReader(html)
        #expect(try await reader.find("string(//h1)") == "nightly failed")
        #expect(try await reader.find("string(//title)") == "nightly: failed")
        #expect(
            try await reader.values("id", of: "//main/section") == [
                "failures", "slower", "flaky", "not-judged", "not-run", "matrix", "timeline", "figures", "history",
                "cases",
                "environment", "reproduce",
            ])
        #expect(
            try await reader.values("href", of: "//nav//a").map { String($0.dropFirst()) }
                == (try await reader.values("id", of: "//main/section")))
        #expect(try await reader.count("//article") == 4)
        #expect(html.contains("still failing since 20261128-020000-test-91c0"))
        #expect(html.contains("dashed: baseline 902; changed by +8.2 % in run-28"))
        // A change in a run that is not shown has no place.
        #expect(try await reader.count("//svg//path[@class='change']") == 1)
        #expect(try await reader.count("//svg//circle[@class='point unlike']") == 2)
    }

    @Test func failure() async throws {
        let reader = try PageReader(page(Example.run()))
        let article = "//*[@id='case-tutorial/dsm/pair/x86/every-100ms/none/1']"
        #expect(try await reader.find("name(\(article))") == "article")
        #expect(try await reader.count("\(article)//details") == 2)
        // The try that decides is open.
        #expect(
            try await reader.find("string(\(article)//details[@open]/summary)").hasPrefix("try 2: ✗ failed on pair-2"))
        #expect(try await reader.find("string(\(article)//details[@open]//pre)").contains("pc : page_grant+0x58"))
        #expect(
            try await reader.find("string(\(article))").contains("popcorn-lab test /srv/suites/nightly.yaml --case"))
    }

    @Test func tasks() async throws {
        var results = try Example.run()
        let facts = "//dl[@class='facts']"
        #expect(try await !PageReader(page(results)).find("string(\(facts))").contains("Cluster"))
        results.tasks = TaskCounts(shards: 2, executions: 5, lost: 3, requeued: 1)
        let text = try await PageReader(page(results)).find("string(\(facts))")
        #expect(text.contains("2 shards in 5 tasks, 3 of them lost, 1 requeued by the scheduler"))
    }

    /// Where threads were shows in the case's article, in words too; what cannot be read is left out.
    @Test func hops() async throws {
        let scratch = try Scratch()
        let results = try Example.run()
        let one = try #require(results.cases(.failed).first), attempt = try #require(one.attempts.last)
        let folder = scratch.file(attempt.folder)
        try Directories.create(folder)
        func reader() throws -> PageReader {
            try PageReader(ReportPage(results, directory: scratch.path).html())
        }
        let figure = "//article[@id='\(PageLink.anchor(ofCase: one.plan.id))']//figure"
        #expect(try await reader().count(figure) == 0)
        let hops = [
            HopRecord.Hop(thread: 0, from: "x86", to: "arm", begin: 0, end: 4.5),
            HopRecord.Hop(thread: 1, from: "x86", to: "arm", begin: 2, end: 2, error: 11),
            HopRecord.Hop(thread: 0, from: "arm", to: "x86", begin: 20, end: nil),
        ]
        try HopRecord(nodes: ["x86", "arm"], hops: hops).write(folder: folder)
        let page = try reader()
        #expect(try await page.find("string(\(figure)/figcaption)") == "3 hops of 2 threads; 1 failed")
        #expect(try await page.count("\(figure)//path[@class='series']") == 2)
        let titles = try await page.find("string(\(figure)//*[local-name()='svg'])")
        #expect(titles.contains("x86 to arm at 0 ms, 4.50 ms") && titles.contains("failed with errno 11"))
        #expect(titles.contains("arm to x86 at 20 ms: not seen to end"))
        try AtomicFile.write("{", to: folder + "/" + HopRecord.fileName)
        #expect(try await reader().count(figure) == 0)
    }

    /// What was measured of a reference build is marked wherever it shows.
    @Test func reference() async throws {
        var results = try Example.run()
        var boot = results.boots[0]
        (boot.id, boot.reference) = ("pair-9", "v1.2")
        boot.fingerprint.platform["reference"] = "v1.2"
        results.boots.append(boot)
        let index = try #require(results.cases.firstIndex { $0.verdict == .passed && !$0.isFlaky })
        results.cases[index].reference = results.cases[index].attempts.map { attempt in
            var attempt = attempt
            attempt.boot = "pair-9"
            return attempt
        }
        let reader = try PageReader(page(results))
        let figures = try await reader.find("string(//section[@id='figures'])")
        #expect(figures.contains("wall (reference)") && figures.contains("wall / reference"))
        #expect(try await reader.find("string(//section[@id='environment'])").contains("pair-9 (reference)"))
        #expect(try await reader.find("string(//section[@id='timeline'])").contains("ref. pair"))
    }

    /// Every link within the page leads somewhere, and no two things have one name.
    @Test(arguments: [false, true])
    func links(isHostile: Bool) async throws {
        let results = try isHostile ? Example.hostileRun() : Example.run()
        let reader = try PageReader(page(results, Example.additions(isHostile ? Example.hostile : "")))
        let ids = try await reader.values("id")
        #expect(Set(ids).count == ids.count)
        let links = try await reader.values("href", of: "//a")
        #expect(links.count { $0.hasPrefix("#case-") } > 15)
        for link in links where link.hasPrefix("#") { #expect(ids.contains(String(link.dropFirst())), "\(link)") }
        for link in links where !link.hasPrefix("#") { #expect(link.hasPrefix("./"), "\(link)") }
        for one in results.cases {
            #expect(ids.contains(PageLink.anchor(ofCase: one.plan.id)), "\(one.plan.id)")
        }
        for label in try await reader.values("aria-labelledby") { #expect(ids.contains(label)) }
    }

    /// All that a screen reader goes by.
    @Test func structure() async throws {
        let reader = try PageReader(page(Example.run(), Example.additions()))
        for landmark in ["header", "nav[@aria-label]", "main", "html[@lang]"] {
            #expect(try await reader.count("//\(landmark)") == 1, "\(landmark)")
        }
        #expect(try await reader.count("//h1") == 1)
        #expect(try await reader.count("//section[not(h2)]") == 0)
        #expect(try await reader.count("//h3[not(ancestor::section)]") == 0)
        #expect(try await reader.count("//h4") == 0)
        #expect(try await reader.count("//th[not(@scope)]") == 0)
        #expect(try await reader.count("//table[not(.//thead)]") == 0)
        #expect(try await reader.count("//svg") > 3)
        #expect(try await reader.count("//svg[not(@role='img') or not(@aria-label)]") == 0)
        #expect(try await reader.count("//svg[.//title = ''] | //svg//a[not(@tabindex='-1') or not(title)]") == 0)
        #expect(try await reader.count("//details[not(summary)]") == 0)
        #expect(try await reader.count("//*[@role='region'][not(@aria-label) or not(@tabindex)]") == 0)
        // Nothing comes from elsewhere, and nothing is there only for a script.
        #expect(try await reader.count("//link | //img | //iframe | //script[@src] | //input | //button | //form") == 0)
        // A colour is never the only sign.
        #expect(try await reader.count("//*[contains(@class, 'mark ')][string-length(normalize-space(.)) < 2]") == 0)
    }

    @Test func matrix() async throws {
        let reader = try PageReader(page(Example.run()))
        let table = "//table[@class='matrix'][1]"
        #expect(try await reader.find("string((\(table)//caption)[1])") == "Lab pair")
        #expect(try await reader.count("(//table[@class='matrix'])[1]//thead//th") == 6)
        let dsm = "(//table[@class='matrix'])[1]//tr[th='tutorial: dsm']//a"
        #expect(
            try await reader.values("href", of: dsm) == [
                "#case-tutorial/dsm/pair/x86/every-100ms/none/1", "#case-tutorial/dsm/pair/arm/every-100ms/none/1",
            ])
        #expect(try await reader.find("string(\(dsm))") == "✗1 failed")
    }

    @Test func hostileText() async throws {
        let html = try page(Example.hostileRun(), Example.additions(Example.hostile))
        #expect(html.components("<script") == 1)
        #expect(html.components("<img") == 0)
        let reader = try PageReader(html)
        #expect(try await reader.count("//*[@onerror] | //img | //*[@id='x']") == 0)
        #expect(try await reader.count("//script") == 1)
        // Tabs and newlines are our own; anything else below a blank, and marks of direction, would be somebody's.
        let strange = html.unicodeScalars.first { scalar in
            scalar.value < 0x20 && scalar != "\n" || scalar == "\u{202e}" || scalar.value > 0x10_f000
        }
        #expect(strange == nil)
        #expect(html.contains("\\u{202e}\\x07\\x00"))
        #expect(html.contains("\\xff"))
        // Text is no template.
        #expect(html.contains("{{run}}\u{301}"))
    }

    /// What the policy lets run is the script of the page, to the byte.
    @Test func policy() async throws {
        let html = try page(Example.run())
        let reader = try PageReader(html)
        let script = try await reader.find("string(//script)")
        let scratch = reader.scratch
        try scratch.write(script, to: "script.js")
        #expect(html.contains("<script>\(PageParts.script)</script>"))
        let digest = try await scratch.run(
            "sh", ["-c", "printf %s \"$(cat script.js)\" | openssl dgst -sha256 -binary | base64"], package: "openssl")
        #expect(!PageParts.script.hasSuffix("\n"))
        #expect(html.contains("script-src &#39;sha256-\(digest.split(separator: "\n")[0])&#39;"))
    }

    @Test func emptyRun() async throws {
        var results = try Example.run()
        results.cases = []
        results.boots = []
        results.run.cases = []
        let reader = try PageReader(page(results))
        #expect(try await reader.find("string(//h1)") == "nightly nothing was run")
        #expect(try await reader.values("id", of: "//main/section") == ["reproduce"])
    }

    @Test func absurdNumbers() throws {
        var results = try Example.run()
        for (index, number) in [1e300, -1e300, 1e18, -5].enumerated() {
            results.cases[index].attempts[0].started = number
            results.cases[index].attempts[0].seconds = number
            results.cases[index].attempts[0].measurements = [
                Measurement("wall", unit: "ms", better: .lower, [number, 1, 2])
            ]
        }
        results.boots[0].started = 1e300
        results.boots[1].seconds = -1
        var additions = try Example.additions()
        additions.series[0].points[0].median = .infinity
        additions.series[0].points[1].low = .nan
        additions.series[0].baseline = 1e300
        let html = try page(results, additions)
        for attribute in ["x", "y", "d", "cx", "cy", "width"] {
            #expect(!html.contains(" \(attribute)=\"nan") && !html.contains(" \(attribute)=\"inf"), "\(attribute)")
        }
    }
}

extension String {
    fileprivate func components(_ text: String) -> Int {
        split(separator: text, omittingEmptySubsequences: false).count - 1
    }
}
