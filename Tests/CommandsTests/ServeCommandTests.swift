import Foundation
import Support
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// `serve`, as a user calls it; the pages have tests of their own.
struct ServeCommandTests {
    private let scratch: Scratch
    private let tool: CommandLineTool
    private static let example =
        String(#filePath.dropLast("CommandsTests/ServeCommandTests.swift".count)) + "ResultsTests/Examples/run.json"

    init() throws {
        scratch = try Scratch()
        tool = CommandLineTool(
            executable: try builtProgram("popcorn-lab"), environment: ["XDG_STATE_HOME": scratch.file("state")])
        try scratch.write(
            try AtomicFile.contents(of: Self.example),
            to: "state/popcorn-lab/runs/20261130-160000-test-3f2a/results.json")
    }

    /// Starts it, asks for a path, and ends it by a signal.
    private func ask(
        _ words: [String], for path: String, signal: Int32 = SIGINT
    ) async throws -> (answer: String, address: String, ending: Ending) {
        let found = Mutex<(answer: String, address: String)>(("", ""))
        let ending = try await tool(["serve", "--port", "0"] + words, limit: .seconds(120)) { line, send in
            let port = line.split(separator: ":").last.map { $0.prefix { $0.isNumber } }.flatMap { UInt16($0) } ?? 0
            let answer = Self.answer(
                port: port, to: "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            found.withLock { $0 = (answer, line) }
            send(signal)
        }
        let (answer, address) = found.withLock { $0 }
        return (answer, address, ending)
    }

    /// What a port of the loopback says, until it closes the connection.
    private static func answer(port: UInt16, to request: String) -> String {
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let connection = FileDescriptor(rawValue: number)
        defer { try? connection.close() }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isThere = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        var bytes: [UInt8] = []
        guard isThere, (try? connection.writeAll(Array(request.utf8))) != nil else { return "" }
        try? connection.forEachPiece { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("it prints its address, shows the runs, and ends in good order", arguments: [SIGINT, SIGTERM])
    func serves(signal: Int32) async throws {
        let found = try await ask([], for: "/", signal: signal)
        #expect(found.address.hasPrefix("http://127.0.0.1:") && found.address.hasSuffix("/"))
        #expect(found.answer.hasPrefix("HTTP/1.1 200 OK\r\n") && found.answer.contains("20261130-160000-test-3f2a"))
        #expect(found.ending.status == 128 + signal && found.ending.errors.isEmpty, "\(found.ending)")
    }

    @Test("other hosts need a token, which is part of the address")
    func token() async throws {
        let found = try await ask(["--address", "0.0.0.0"], for: "/")
        #expect(found.address.contains("/?token="))
        #expect(found.answer.hasPrefix("HTTP/1.1 401 ") && !found.answer.contains("test-3f2a"))
        let file = try scratch.write("0123456789abcdef\n", to: "token", mode: 0o600)
        let own = try await ask(["--token", file], for: "/?token=0123456789abcdef")
        #expect(own.answer.contains("303") && own.answer.contains("popcorn-lab=0123456789abcdef; Path=/; HttpOnly"))
        // It is not printed.
        #expect(!own.ending.text.contains("0123456789abcdef"))
    }

    @Test("an address that cannot be listened on is told")
    func busy() async throws {
        let socket = FileDescriptor(rawValue: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        defer { try? socket.close() }
        #expect(listen(socket.rawValue, 1) == 0)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(socket.rawValue, $0, &length) }
        }
        let port = UInt16(bigEndian: address.sin_port)
        let ending = try await tool(["serve", "--port", "\(port)"], limit: .seconds(120))
        #expect(ending.status == 69)
        #expect(ending.errorText.contains("port \(port) of 127.0.0.1 cannot be listened on: Address already in use"))
        #expect(
            try await tool(["serve", "--port", "0", "--address", "203.0.113.9"], limit: .seconds(120)).status == 69)
    }

    @Test(
        "words that make no sense", arguments: [["--port", "65536"], ["--port", "-1"], ["--address", ""], ["extra"]])
    func words(_ words: [String]) async throws {
        #expect(try await tool(["serve"] + words, limit: .seconds(60)).status == 64)
    }

    @Test("a token that others can read is refused")
    func openToken() async throws {
        let file = try scratch.write("0123456789abcdef\n", to: "token", mode: 0o644)
        let ending = try await tool(["serve", "--token", file], limit: .seconds(60))
        #expect(ending.status == 64 && ending.errorText.contains("others than you can read the token"))
    }
}
