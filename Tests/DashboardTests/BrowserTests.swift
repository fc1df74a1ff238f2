import Foundation
import History
import Results
import Support
import Synchronization
import TestSupport
import Testing

@testable import Dashboard

/// All pages, as somebody clicks through them; a long test, since it starts a browser.
struct BrowserTests {
    private static let isWanted = ProcessInfo.processInfo.environment["POPCORN_LAB_TEST_LONG"] != nil

    private let site: Site
    private let browser: Browser

    init() async throws {
        site = try Site()
        guard let path = Browser.path else { throw Browser.Trouble(description: "there is no chromium") }
        browser = try await Browser(path, in: site.scratch)
    }

    /// Runs a server while `body` runs, and sees that it ends.
    private func serving(_ body: (String) async throws -> Void) async throws {
        let (ports, source) = AsyncStream.makeStream(of: Int.self)
        let dashboard = site.dashboard()
        let server = Task { try await dashboard.run(address: "127.0.0.1", port: 0) { source.yield($0) } }
        var port: Int?
        for await found in ports {
            port = found
            break
        }
        do {
            try await body("http://127.0.0.1:\(try #require(port))")
        } catch {
            server.cancel()
            _ = await server.result
            await browser.end()
            throw error
        }
        server.cancel()
        await #expect(throws: CancellationError.self) { try await server.value }
        await browser.end()
    }

    /// What every page must be.
    private func check(_ name: String) async throws {
        #expect(try await browser.value("document.querySelectorAll('h1').length") as? Int == 1, "\(name)")
        #expect(try await browser.text("document.documentElement.lang") == "en", "\(name)")
        let unnamed =
            "[...document.querySelectorAll('input,progress')].filter(e => !e.ariaLabel && !e.labels?.length).length"
        #expect(try await browser.value(unnamed) as? Int == 0, "\(name)")
        // On a telephone nothing but what scrolls by itself is wider than the screen.
        try await browser.call(
            "Emulation.setDeviceMetricsOverride",
            ["width": 420, "height": 800, "deviceScaleFactor": 1, "mobile": false])
        let width = try await browser.value("document.documentElement.scrollWidth") as? Int ?? .max
        #expect(width <= 420, "\(name) is \(width) wide")
        try await browser.call("Emulation.clearDeviceMetricsOverride")
    }

    private func heading() async throws -> String { try await browser.text("document.querySelector('h1').textContent") }

    @Test(
        "runs, a run, a case, its log, a figure, the nights, a comparison",
        .enabled(if: isWanted, "POPCORN_LAB_TEST_LONG is not set"),
        .enabled(if: Browser.path != nil, "there is no chromium on this host: apt-get install chromium"))
    func clickThrough() async throws {
        let example = try Site.example()
        try site.add(example)
        let history = try History(path: site.database)
        for day in 0..<24 { try history.record(Site.night(day, wall: [day < 12 ? 100 : 120], fails: day == 23)) }
        let failing = try #require(example.cases.first { $0.verdict == .failed })
        let folder = try #require(failing.attempts.last).folder
        try site.scratch.write(
            "BUG: unable to handle page fault\n", to: "runs/\(Site.id)/\(folder)/nodes/arm/dmesg.txt")
        try await serving { base in
            try await browser.open(base)
            #expect(try await heading() == "Runs")
            try await check("runs")
            try await browser.follow("a[href='/runs/\(Site.id)']")
            #expect(try await heading().contains("failed"))
            // The report's own script may run, and only that.
            #expect(try await browser.value("document.getElementById('filter') != null") as? Bool == true)
            try await check("run")
            try await browser.follow("article.failed h3 a")
            #expect(try await heading() == failing.plan.id)
            try await check("case")
            try await browser.follow("a[href$='nodes/arm/dmesg.txt']")
            #expect(try await browser.text("document.body.textContent").contains("BUG: unable to handle page fault"))
            #expect(try await browser.text("document.contentType") == "text/plain")

            try await browser.open(base + "/matrix?suite=nights")
            try await check("matrix")
            try await browser.follow("td a.mark.failed")
            #expect(try await heading() == "a/1")
            try await browser.follow("#figures tbody a")
            #expect(try await heading() == "wall of a/1")
            #expect(try await browser.value("document.querySelectorAll('svg .point').length") as? Int == 23)
            try await check("figure")

            try await browser.open(base + "/?suite=nights")
            try await browser.follow("form button")
            #expect(try await heading() == "Two runs compared")
            #expect(try await browser.text("location.search") == "?b=night-23&a=night-22")
            try await check("comparison")
            try await colours()
            #expect(browser.complaints.isEmpty)
        }
    }

    private func colours() async throws {
        let background = "getComputedStyle(document.body).backgroundColor"
        for (scheme, colour) in [("light", "rgb(255, 255, 255)"), ("dark", "rgb(13, 17, 23)")] {
            try await browser.call(
                "Emulation.setEmulatedMedia", ["features": [["name": "prefers-color-scheme", "value": scheme]]])
            #expect(try await browser.text(background) == colour)
        }
    }

    @Test(
        "a trace is handed to the window that answers as Perfetto, and to no other",
        .enabled(if: isWanted, "POPCORN_LAB_TEST_LONG is not set"),
        .enabled(if: Browser.path != nil, "there is no chromium on this host: apt-get install chromium"))
    func handOver() async throws {
        try site.add(try Site.example())
        try site.scratch.write("x", to: "runs/\(Site.id)/cases/a/nodes/x86/trace.txt")
        // A port stands in for the window: only windows and ports can be where a message comes from.
        try await browser.call(
            "Page.addScriptToEvaluateOnNewDocument",
            [
                "source": """
                window.open = address => {
                    window.opened = address;
                    const other = new MessageChannel().port1;
                    const answer = (data, origin, source) => dispatchEvent(new MessageEvent("message", {data, origin, source}));
                    other.closed = false;
                    other.postMessage = (message, origin) => {
                        if (message === "PING") {
                            answer("PONG", "https://evil.example", other);
                            window.pings = (window.pings ?? 0) + 1;
                            if (window.pings > 2) answer("PONG", "https://ui.perfetto.dev", other);
                        } else {
                            window.handed = {text: new TextDecoder().decode(message.perfetto.buffer), title: message.perfetto.title, origin, pings: window.pings};
                        }
                    };
                    return other;
                };
                """
            ])
        try await serving { base in
            try await browser.open(base + "/runs/\(Site.id)/files/cases/a/")
            try await browser.follow("a[href*='/trace?']")
            #expect(try await browser.value("document.getElementById('hand-over').hidden") as? Bool == false)
            let handed =
                try await browser.value(
                    """
                    new Promise(resolve => {
                        new MutationObserver(() => { if (!document.getElementById("hand-over").disabled) resolve(window.handed ?? document.getElementById("state").textContent); })
                            .observe(document.getElementById("hand-over"), {attributes: true});
                        document.getElementById("hand-over").click();
                    })
                    """) as? [String: Any]
            let found = try #require(handed, "the page says it did not work")
            #expect(found["text"] as? String == "{\"folder\":\"\(Site.id)/cases/a\"}")
            #expect(found["origin"] as? String == "https://ui.perfetto.dev")
            #expect(found["title"] as? String == "\(Site.id) cases/a")
            #expect(found["pings"] as? Int == 3)
            #expect(try await browser.text("window.opened") == "https://ui.perfetto.dev")
            #expect(browser.complaints.isEmpty)
        }
    }
}
