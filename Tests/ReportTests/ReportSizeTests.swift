import FoundationEssentials
import Results
import Support
import TestSupport
import Testing

@testable import Report

/// A page stays one that a browser opens, whatever a run comes to.
struct ReportSizeTests {
    private static let limit = 5_000_000

    @Test(arguments: [nil, 3, 7])
    func manyCases(_ only: Int?) async throws {
        let results = try Example.large(10_000, only: only)
        let html = try ReportPage(results, directory: "/nowhere").html()
        #expect(html.utf8.count < Self.limit)
        let reader = try PageReader(html)
        let ids = Set(try await reader.values("id"))
        #expect(results.cases.allSatisfy { ids.contains(PageLink.anchor(ofCase: $0.plan.id)) })
        for link in try await reader.values("href", of: "//a") where link.hasPrefix("#") {
            guard ids.contains(String(link.dropFirst())) else {
                Issue.record("\(link) leads nowhere")
                return
            }
        }
    }

    /// Nobody's log makes the page large.
    @Test func longEvidence() throws {
        var results = try Example.large(10_000, only: 3)
        let lines = (0..<3000).map { "[\($0)] " + String(repeating: "x", count: 600) }
        for index in results.cases.indices {
            results.cases[index].attempts[1].problems[0].details = lines
            results.cases[index].attempts[1].problems[0].summary += String(repeating: "y", count: 3000)
        }
        let html = try ReportPage(results, directory: "/nowhere").html()
        #expect(html.utf8.count < Self.limit)
        #expect(html.contains("… the rest is in the files"))
    }

    @Test func longNames() throws {
        var results = try Example.large(10_000)
        for index in results.cases.indices {
            results.cases[index].plan.id = "long/name/of/a/suite/" + results.cases[index].plan.id + "/and/more"
        }
        #expect(try ReportPage(results, directory: "/nowhere").html().utf8.count < Self.limit)
    }

    @Test func files() async throws {
        let scratch = try Scratch()
        let results = try Example.run()
        let folder = results.cases[3].attempts[1].folder
        try scratch.write(String(repeating: "x", count: 2048), to: "run/\(folder)/arm/dmesg.txt")
        try scratch.write("<b>", to: "run/\(folder)/a: <\"b\">.txt")
        let html = try ReportPage(results, directory: scratch.file("run"), base: "../run").html()
        let reader = try PageReader(html)
        let links = try await reader.values("href", of: "//article//details[@open]//a")
        #expect(links.contains("./../run/\(folder)/"))
        #expect(links.contains("./../run/\(folder)/arm/dmesg.txt"))
        #expect(links.contains("./../run/\(folder)/a%3a%20%3c%22b%22%3e.txt"))
        #expect(html.contains("2.0 KiB"))
        #expect(!html.contains("xxxxxxxx"))
    }

    @Test func anchors() {
        #expect(PageLink.anchor(ofCase: "a/b-1.c_d:x@,+=2") == "case-a/b-1.c_d:x@,+=2")
        #expect(PageLink.anchor(ofCase: "a b~\"é") == "case-a~20b~7e~22~c3~a9")
        #expect(PageLink.anchor(ofCase: "a~20b") != PageLink.anchor(ofCase: "a b"))
        #expect(PageLink.path("javascript:alert(1)", below: "") == "./javascript%3aalert%281%29")
        #expect(PageLink.path("a", below: "/runs/x/") == "/runs/x/a")
        #expect(PageLink.path("//host/a", below: "") == ".///host/a")
    }
}
