import FoundationEssentials
import HTTPTypes
import History
import Hummingbird
import HummingbirdTesting
import Report
import Results
import Support
import TestSupport
import Testing

@testable import Dashboard

struct PagesTests {
    private let site: Site

    init() throws { site = try Site() }

    private func record(_ nights: [RunResults]) throws {
        let history = try History(path: site.database)
        for night in nights { try history.record(night) }
    }

    @Test("with nothing at all, there is a page that says so, and no file is made")
    func nothing() async throws {
        #expect(try await site.page("/").contains("No run of a suite is here yet"))
        for uri in [
            "/matrix?suite=x", "/case?id=x", "/figure?suite=a&id=b&name=c", "/compare?a=x&b=y", "/compare", "/matrix",
        ] {
            #expect(try await site.get(uri).status == .notFound, "\(uri)")
        }
        #expect(!FileManager.default.fileExists(atPath: site.database))
    }

    @Test("runs of the directory and of the history, once each, the newest first")
    func list() async throws {
        try site.add(try Site.example())
        try site.add(Site.night(1))
        try record([Site.night(1), Site.night(2, fails: true), Site.night(3)])
        let page = try await site.page("/")
        let ids = page.matches(of: /href="\/runs\/([^"]+)"/).map { String($0.1) }
        #expect(ids == [Site.id, "night-3", "night-2", "night-1"])
        let nightly = try await site.page("/?suite=nights")
        #expect(!nightly.contains(Site.id) && nightly.contains("night-2"))
        // A is the run before B, of the same suite.
        #expect(nightly.contains(#"value="night-2" aria-label="Compare night-2 as A" checked"#))
        #expect(nightly.contains(#"value="night-3" aria-label="Compare night-3 as B" checked"#))
    }

    @Test("a thousand runs come in parts")
    func parts() async throws {
        try record((0..<250).map { Site.night($0) })
        let second = try await site.page("/?page=2")
        #expect(second.contains(">night-149<") && second.contains(">night-50<") && !second.contains(">night-49<"))
        #expect(second.contains("101 to 200 of 250"))
        #expect(try await site.page("/?page=99").contains("</html>"))
        #expect(try await site.page("/?page=-5").contains(">night-249<"))
    }

    @Test("a run that goes on shows signs of life, one whose runner is gone says so")
    func goesOn() async throws {
        var night = Site.night(1)
        night.run.cases.append(PlannedCase(id: "b/1", axes: [:], tags: [], seed: 1))
        try Directories.create(site.runs + "/night-1")
        let log = try ResultLog(path: site.runs + "/night-1/events.jsonl")
        try log.append(.began(night.run))
        try log.append(.booted(night.boots[0]))
        #expect(try await site.page("/").contains("0 of 2 cases; its runner is gone"))
        let lock = try FileLock(path: site.runs + "/night-1/lock", purpose: "test")
        let dashboard = site.dashboard()
        #expect(try await site.get("/", from: dashboard).text.contains("0 of 2, last sign"))
        try log.append(.tried(id: "a/1", night.cases[0].attempts[0]))
        #expect(try await site.get("/", from: dashboard).text.contains("1 of 2, last sign"))
        let page = try await site.get("/runs/night-1?follow=1", from: dashboard)
        #expect(page.text.contains("This run goes on") && page.text.contains("1 of 2 cases"))
        #expect(page.headers[try #require(HTTPField.Name("Refresh"))] == "10")
        withExtendedLifetime(lock) {}
        try log.append(.ended(seconds: 3, interrupted: true))
        #expect(try await site.get("/", from: dashboard).text.contains("interrupted"))
    }

    @Test("a run's page is the report's, with links to the others")
    func run() async throws {
        try site.add(try Site.example())
        let response = try await site.get("/runs/\(Site.id)")
        #expect(response.status == .ok)
        #expect(response.text.contains("id=\"failures\"") && response.text.contains("href=\"/\">Runs</a>"))
        #expect(response.text.contains("/runs/\(Site.id)/case?id=\(Site.failing)"))
        #expect(response.text.contains("/runs/\(Site.id)/files/cases/"))
        let policy = try #require(response.headers[.contentSecurityPolicy])
        #expect(policy.contains("script-src 'sha256-") && policy.contains("frame-ancestors 'none'"))
    }

    @Test("a case: what the run says, its life, its figures")
    func oneCase() async throws {
        try record([Site.night(1), Site.night(2, fails: true), Site.night(3, fails: true)])
        for uri in ["/runs/night-3/case?id=a/1", "/case?suite=nights&id=a/1", "/case?id=a%2F1"] {
            let page = try await site.page(uri)
            #expect(page.contains("still failing since night-2") && page.contains("exit code 1, expected 0"))
            #expect(page.contains("/runs/night-1/case?id=a/1") && page.contains("Passed in 1 of the 3 runs"))
            #expect(page.contains("/figure?suite=nights&amp;id=a/1&amp;name=wall"))
        }
        let first = try await site.page("/runs/night-1/case?id=a/1")
        #expect(!first.contains("exit code 1, expected 0"))
        for uri in ["/runs/night-3/case?id=absent", "/runs/night-3/case", "/case?suite=other&id=a/1"] {
            #expect(try await site.get(uri).status == .notFound, "\(uri)")
        }
    }

    @Test("a figure over time tells where it changed, and what it does not compare")
    func figure() async throws {
        try record(
            (0..<24).map { day in
                let level = day < 12 ? 100.0 : 120
                return Site.night(day, wall: [level + Double(day * 7 % 5) / 10])
            })
        try record([Site.night(-3, platform: "old")])
        let page = try await site.page("/figure?suite=nights&id=a/1&name=wall")
        #expect(page.contains("<svg") && page.contains("class=\"change\"") && page.contains("class=\"baseline\""))
        #expect(page.contains("since <a href=\"/runs/night-12\">"))
        #expect(page.contains("Left out, since it is of another platform: 1 boot, host.cpu: x, not old"))
        #expect(page.contains("/runs/night-23/case?id=a/1"))
        #expect(try await site.get("/figure?suite=nights&id=a/1&name=absent").status == .notFound)
    }

    @Test("a matrix has the last nights, and first what did not always pass")
    func matrix() async throws {
        try record([Site.night(1), Site.night(2), Site.night(3, fails: true)])
        #expect(try await site.page("/matrix?suite=nights").contains("/runs/night-3/case?id=a/1"))
        let two = try await site.page("/matrix?suite=nights&last=2")
        #expect(!two.contains("/runs/night-1\""))
        try record([Site.night(4), Site.night(5)])
        let good = try await site.page("/matrix?suite=nights&last=2")
        #expect(good.contains("every case passed every time") && good.contains("1 of 1 cases passed"))
        #expect(try await site.page("/matrix?suite=nights&last=2&all=1").contains("/runs/night-5/case?id=a/1"))
    }

    @Test("all pages have the headers that keep others out")
    func headers() async throws {
        try site.add(try Site.example())
        for uri in [
            "/", "/absent", "/runs/\(Site.id)", "/runs/\(Site.id)/files/", "/runs/\(Site.id)/files/results.json",
            "/%zz",
        ] {
            let headers = try await site.get(uri).headers
            #expect(headers[.xContentTypeOptions] == "nosniff", "\(uri)")
            #expect(headers[try #require(HTTPField.Name("Referrer-Policy"))] == "no-referrer", "\(uri)")
            let policy = try #require(headers[.contentSecurityPolicy])
            #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "\(uri)")
            #expect(!policy.contains("http") && !policy.contains("*"), "\(uri)")
        }
    }

    @Test("a damaged history leaves the runs to be seen, and says what is wrong")
    func damagedHistory() async throws {
        try site.add(try Site.example())
        try site.scratch.write(
            "no database at all, whatever it is called, and long enough to be one", to: "history.sqlite")
        let list = try await site.page("/")
        #expect(list.contains("is damaged") && list.contains(Site.id))
        #expect(try await site.page("/runs/\(Site.id)").contains("is damaged"))
        #expect(try await site.page("/runs/\(Site.id)/case?id=\(Site.failing)").contains("is damaged"))
        let matrix = try await site.get("/matrix?suite=tutorial")
        #expect(matrix.status == .internalServerError && matrix.text.contains("is damaged"))
    }

    @Test("a damaged run is told in the list, and its page says why it cannot be shown")
    func damagedRun() async throws {
        try site.scratch.write("{\"began\":\n{}\n", to: "runs/broken/events.jsonl")
        try site.scratch.write("", to: "runs/empty/events.jsonl")
        try site.scratch.write("{\"schema\":99}", to: "runs/newer/results.json")
        try site.add(Site.night(1))
        let list = try await site.page("/")
        #expect(list.contains("is no event of a run") && list.contains("is of format 99") && list.contains("night-1"))
        for id in ["broken", "empty", "newer"] {
            let response = try await site.get("/runs/\(id)")
            #expect(response.status == .internalServerError && response.text.contains("This cannot be shown"), "\(id)")
            #expect(try await site.get("/runs/\(id)/files/").status == .ok)
        }
    }

    @Test("names that would be markup, or break an address, stay names")
    func hostileNames() async throws {
        var night = Site.night(1, fails: true)
        night.run.id = "n <i>\"'&%#?"
        night.run.suite = Site.hostile
        night.cases[0].plan.id = Site.hostile
        night.cases[0].attempts[0].measurements[0].name = Site.hostile
        night.cases[0].attempts[0].problems = []
        night.run.cases = night.cases.map(\.plan)
        try record([night])
        let encoded = PageLink.query(Site.hostile)
        let run = "/runs/n%20%3ci%3e%22%27%26%25%23%3f"
        for uri in [
            "/", run, "\(run)/case?id=\(encoded)", "/case?suite=\(encoded)&id=\(encoded)",
            "/figure?suite=\(encoded)&id=\(encoded)&name=\(encoded)", "/matrix?suite=\(encoded)&all=1",
            "/compare?a=n+%3Ci%3E%22%27%26%25%23%3F&b=n%20%3ci%3e%22%27%26%25%23%3f",
        ] {
            let page = try await site.page(uri)
            #expect(!page.contains("<i>") && !page.contains("ü\">") && !page.contains("\u{202e}"), "\(uri)")
        }
        #expect(try await site.get("/runs/%3Cscript%3Ealert(1)%3C%2fscript%3E").status == .badRequest)
        let absent = try await site.get("/runs/%3Cscript%3E")
        #expect(absent.status == .notFound && !absent.text.contains("<script>"))
    }

    @Test("a newer file under the history's name is the history")
    func replacedHistory() async throws {
        try record([Site.night(1)])
        let dashboard = site.dashboard()
        #expect(try await site.get("/", from: dashboard).text.contains("night-1"))
        for end in ["", "-wal", "-shm"] { unlink(site.database + end) }
        try record([Site.night(2)])
        let page = try await site.get("/", from: dashboard).text
        #expect(page.contains("night-2") && !page.contains("night-1"))
    }
}
