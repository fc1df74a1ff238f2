import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Support
import TestSupport
import Testing

@testable import Dashboard

struct GateTests {
    private let site: Site
    private let token: AccessToken

    init() throws {
        site = try Site()
        token = AccessToken()
    }

    private func status(_ head: HTTPRequest, _ dashboard: Dashboard) async -> HTTPResponse.Status {
        await dashboard.responder.respond(to: head).status
    }

    private func head(_ authority: String?, method: HTTPRequest.Method = .get, _ path: String = "/") -> HTTPRequest {
        HTTPRequest(method: method, scheme: "http", authority: authority, path: path)
    }

    @Test(
        "names of the loopback, with any port",
        arguments: ["localhost", "LocalHost:80", "127.0.0.1:8390", "127.1.2.3", "[::1]", "[::1]:8390"])
    func loopbackNames(name: String) async throws {
        #expect(Gate.isLoopbackName(name))
        #expect(await status(head(name), site.dashboard()) == .ok)
    }

    @Test(
        "no other name, for which a foreign page may have been led here",
        arguments: [
            "evil.example", "evil.example:8390", "127.0.0.1.evil.example", "localhost.evil.example", "", "[::2]", "::1",
            "127.0.0.256", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:80:80", "localhost@evil.example", "[::1]evil",
            "0.0.0.0", "0x7f.0.0.1", "2130706433",
        ])
    func foreignNames(name: String) async throws {
        #expect(await status(head(name), site.dashboard()) == .misdirectedRequest)
        #expect(await status(head(nil), site.dashboard()) == .misdirectedRequest)
    }

    @Test("only GET and HEAD")
    func methods() async throws {
        try await site.test { client in
            for method in [HTTPRequest.Method.post, .put, .delete, .patch, .options, .trace, .connect] {
                let response = try await client.executeRequest(uri: "/", method: method, headers: [:], body: nil)
                #expect(response.status == .methodNotAllowed, "\(method)")
                #expect(response.headers[.allow] == "GET, HEAD")
            }
            let full = try await client.executeRequest(uri: "/", method: .get, headers: [:], body: nil)
            let bare = try await client.executeRequest(uri: "/", method: .head, headers: [:], body: nil)
            #expect(bare.status == .ok && bare.body.readableBytes == 0)
            #expect(bare.headers[.contentLength] == full.headers[.contentLength])
        }
    }

    @Test("a token opens the door once by the address, then by the cookie, and no other does")
    func tokens() async throws {
        let dashboard = site.dashboard(token: token, isOpen: true)
        #expect(try await site.get("/", from: dashboard).status == .unauthorized)
        #expect(try await site.get("/?token=\(token.text)x", from: dashboard).status == .unauthorized)
        #expect(try await site.get("/?token=", from: dashboard).status == .unauthorized)
        let welcome = try await site.get("/matrix?suite=a%20b&token=\(token.text)&last=3", from: dashboard)
        #expect(welcome.status == .seeOther)
        #expect(welcome.headers[.location] == "/matrix?suite=a%20b&last=3")
        let cookie = try #require(welcome.headers[.setCookie])
        #expect(cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Strict"))
        let pair = String(cookie.prefix { $0 != ";" })
        #expect(try await site.get("/", headers: [.cookie: "other=1; " + pair], from: dashboard).status == .ok)
        for wrong in ["popcorn-lab=", pair + "0", String(pair.dropLast()), "x" + pair] {
            #expect(
                try await site.get("/", headers: [.cookie: wrong], from: dashboard).status == .unauthorized, "\(wrong)")
        }
    }

    @Test("a token leads to no other server")
    func noRedirection() async throws {
        let dashboard = site.dashboard(token: token, isOpen: true)
        for path in ["//evil.example/", "/\\evil.example", "///evil.example"] {
            let response = await dashboard.responder.respond(to: head("host", path + "?token=\(token.text)"))
            let location = response.headers[.location] ?? "/"
            #expect(location.hasPrefix("/") && !location.hasPrefix("//") && !location.hasPrefix("/\\"), "\(path)")
        }
    }

    @Test("tokens that nobody can guess, and files that others cannot read")
    func tokenFiles() throws {
        #expect(AccessToken().text != AccessToken().text)
        #expect(AccessToken().text.utf8.count == 48)
        let good = try site.scratch.write("0123456789abcdef-_\nmore\n", to: "token", mode: 0o600)
        #expect(try AccessToken(file: good).text == "0123456789abcdef-_")
        for (name, text, mode) in [
            ("short", "0123456789abcde\n", mode_t(0o600)), ("empty", "", 0o600), ("odd", "0123456789abcdef;x\n", 0o600),
            ("open", "0123456789abcdef\n", 0o644),
        ] {
            let file = try site.scratch.write(text, to: name, mode: mode)
            #expect(throws: DashboardError.self, "\(name)") { try AccessToken(file: file) }
        }
        #expect(throws: SystemError.self) { try AccessToken(file: site.scratch.file("absent")) }
    }

    @Test("which addresses only this host reaches")
    func loopback() {
        for address in ["127.0.0.1", "localhost", "::1", "127.9.9.9"] { #expect(Dashboard.isLoopback(address)) }
        for address in ["0.0.0.0", "::", "10.0.0.1", "127.evil", "", "127.0.0.1.x"] {
            #expect(!Dashboard.isLoopback(address))
        }
    }
}
