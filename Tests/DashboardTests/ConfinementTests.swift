import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Support
import TestSupport
import Testing

@testable import Dashboard

/// Files of runs are shown, and nothing else of this host.
struct ConfinementTests {
    private let site: Site
    private let base = "/runs/\(Site.id)/files/"
    private static let secret = "the secret"

    init() throws {
        site = try Site()
        try site.add(try Site.example())
        let run = "runs/\(Site.id)/"
        try site.scratch.write("hello\n", to: run + "cases/a/stdout")
        try site.scratch.write("odd\n", to: run + "cases/a b/ü\"'<x>&#%?")
        try site.scratch.write([0x7f, 0x45, 0x4c, 0x46, 0], to: run + "core")
        try site.scratch.write("<script>alert(1)</script>", to: run + "page.html")
        try site.scratch.write("", to: run + "empty")
        try site.scratch.write(Self.secret, to: "secret")
        try site.scratch.write(Self.secret, to: "runs/20261130-160000-run-aaaa/secret")
        try site.scratch.write(Self.secret, to: "elsewhere/secret")
        symlink(site.scratch.file("secret"), site.scratch.file(run + "link"))
        symlink("../../secret", site.scratch.file(run + "relative"))
        symlink(site.scratch.file("elsewhere"), site.scratch.file(run + "folder"))
        symlink("cases/a/stdout", site.scratch.file(run + "inside"))
        symlink(site.scratch.file("runs/\(Site.id)"), site.scratch.file("runs/alias"))
        mkfifo(site.scratch.file(run + "pipe"), 0o600)
    }

    @Test("files are text, or bytes to be stored, and never pages")
    func files() async throws {
        let text = try await site.get(base + "cases/a/stdout")
        #expect(text.status == .ok && text.text == "hello\n")
        #expect(text.headers[.contentType] == "text/plain; charset=utf-8")
        #expect(text.headers[.contentSecurityPolicy]?.contains("sandbox") == true)
        #expect(text.headers[.xContentTypeOptions] == "nosniff")
        let core = try await site.get(base + "core")
        #expect(core.headers[.contentType] == "application/octet-stream")
        #expect(core.headers[.contentDisposition] == "attachment")
        #expect(try await site.get(base + "page.html").headers[.contentType] == "text/plain; charset=utf-8")
        let empty = try await site.get(base + "empty")
        #expect(empty.status == .ok && empty.headers[.contentLength] == "0")
    }

    @Test("a directory lists what is in it, under names that lead there")
    func folders() async throws {
        let page = try await site.page(base)
        #expect(page.contains("cases/") && page.contains("results.json"))
        for name in ["link", "relative", "folder", "inside", "pipe"] { #expect(!page.contains(">\(name)"), "\(name)") }
        let odd = try await site.page(base + "cases/a%20b/")
        #expect(odd.contains("%c3%bc%22%27%3cx%3e%26%23%25%3f") && !odd.contains("<x>"))
        let file = try await site.get(base + "cases/a%20b/%c3%bc%22%27%3cx%3e%26%23%25%3f")
        #expect(file.text == "odd\n")
        let redirect = try await site.get(base + "cases")
        #expect(redirect.status == .seeOther && redirect.headers[.location] == base + "cases/")
        #expect(try await site.get(base + "cases/a/stdout/").status == .notFound)
    }

    @Test(
        "no way out",
        arguments: [
            "../../secret", "..%2f..%2fsecret", "%2e%2e/%2e%2e/secret", ".%2e/.%2e/secret", "%2e%2e%2f%2e%2e%2fsecret",
            "cases/../../../secret", "cases/%2e%2e/%2e%2e/%2e%2e/secret", "link", "relative", "folder/secret",
            "folder/",
            "inside", "pipe", "cases/a/stdout%00.txt", "%00", "cases//a/stdout", "./cases/a/stdout", "..\\..\\secret",
            "%252e%252e/secret", "%c0%ae%c0%ae/secret", "/etc/passwd", "%2fetc%2fpasswd", "%", "%2", "%zz",
            "cases/%2e/a/stdout",
        ])
    func hostile(path: String) async throws {
        let response = try await site.get(base + path)
        #expect(response.status == .notFound || response.status == .badRequest, "\(path): \(response.status)")
        #expect(!response.text.contains(Self.secret) && !response.text.contains("root:"))
    }

    @Test(
        "no run but those of suites",
        arguments: [
            "20261130-160000-run-aaaa", "..", "%2e%2e", ".", "alias", "%2e%2e%2felsewhere", "../elsewhere", "absent",
            "%00",
        ])
    func otherDirectories(run: String) async throws {
        for rest in ["", "/files/", "/files/secret", "/case?id=a", "/trace?folder=a", "/trace.json?folder=a"] {
            let response = try await site.get("/runs/\(run)\(rest)")
            #expect(response.status == .notFound || response.status == .badRequest, "\(run)\(rest): \(response.status)")
            #expect(!response.text.contains(Self.secret))
        }
    }

    @Test(
        "traces are made of folders of the run only",
        arguments: ["..", "../..", "a/../../..", "", "/", "folder", "cases/a"])
    func traceFolders(folder: String) async throws {
        try site.scratch.write("x", to: "elsewhere/nodes/x86/trace.txt")
        for part in ["trace", "trace.json"] {
            #expect(try await site.get("/runs/\(Site.id)/\(part)?folder=\(folder)").status == .notFound)
        }
    }

    @Test("a trace is made, sent and gone")
    func trace() async throws {
        try site.scratch.write("x", to: "runs/\(Site.id)/cases/a/nodes/x86/trace.txt")
        let trace = try await site.get("/runs/\(Site.id)/trace.json?folder=cases/a")
        #expect(trace.text == "{\"folder\":\"\(Site.id)/cases/a\"}")
        #expect(trace.headers[.contentType] == "application/json")
        let page = try await site.get("/runs/\(Site.id)/trace?folder=cases/a")
        #expect(page.text.contains("/runs/\(Site.id)/trace.json?folder=cases/a"))
        #expect(page.headers[.contentSecurityPolicy]?.contains("connect-src 'self'") == true)
        #expect(try await site.page(base + "cases/a/").contains("open in Perfetto"))
    }

    @Test("a long file comes whole, or its end alone")
    func long() async throws {
        let bytes = (0..<3_000_000).map { UInt8(ascii: "a") + UInt8($0 % 23) }
        try site.scratch.write(bytes, to: "runs/\(Site.id)/long")
        try await site.dashboard().application(address: "127.0.0.1", port: 0) { _ in }.test(.live) { client in
            let whole = try await client.executeRequest(uri: base + "long", method: .get, headers: [:], body: nil)
            #expect(Array(whole.body.readableBytesView) == bytes)
            let end = try await client.executeRequest(
                uri: base + "long?last=100", method: .get, headers: [:], body: nil)
            #expect(Array(end.body.readableBytesView) == Array(bytes.suffix(100)))
            let head = try await client.executeRequest(uri: base + "long", method: .head, headers: [:], body: nil)
            #expect(head.headers[.contentLength] == "3000000" && head.body.readableBytes == 0)
            // The connection is still of use.
            let after = try await client.executeRequest(uri: base + "empty", method: .get, headers: [:], body: nil)
            #expect(after.status == .ok)
        }
        #expect(try await site.page(base).contains("long?last=65536"))
    }
}
