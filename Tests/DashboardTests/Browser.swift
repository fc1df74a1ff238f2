import Foundation
import Support
import SystemPackage
import TestSupport

@testable import Dashboard

/// A headless Chromium, led by its DevTools protocol over two named pipes.
final class Browser: @unchecked Sendable {
    /// `nil` if this host has none.
    static let path = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    struct Trouble: Error, CustomStringConvertible {
        var description: String
    }

    private let child: ChildProcess
    private let (input, output): (FileDescriptor, FileDescriptor)
    private var pending: [UInt8] = []
    private var number = 0
    private var session: String?
    /// What was reported between answers: names of events, and what pages complained of.
    private var events: [String] = []
    private(set) var complaints: [String] = []

    /// How long anything may take: many tests run beside this one.
    private static let limit: Int32 = 60_000

    init(_ path: String, in scratch: Scratch) async throws {
        let (commands, answers) = (scratch.file("commands"), scratch.file("answers"))
        guard mkfifo(commands, 0o600) == 0, mkfifo(answers, 0o600) == 0 else { throw SystemError("make a pipe") }
        // Both directions, so that opening waits for nobody.
        input = try FileDescriptor.open(bytesOf: commands, .readWrite)
        output = try FileDescriptor.open(bytesOf: answers, .readWrite)
        let words = [
            path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--user-data-dir=" + scratch.file("profile"), "--remote-debugging-pipe",
        ]
        let script = "exec \(ShellWord.join(words)) 3<\(commands) 4>\(answers)"
        child = try ChildProcess(["/bin/sh", "-c", script], errors: .null, group: .own)
        let target = try await call("Target.createTarget", ["url": "about:blank"])
        let attached = try await call(
            "Target.attachToTarget", ["targetId": target["targetId"] ?? "", "flatten": true])
        session = attached["sessionId"] as? String
        for domain in ["Page", "Runtime", "Log"] { _ = try await call(domain + ".enable") }
    }

    /// Ends it with all its processes.
    func end() async {
        _ = try? await call("Browser.close")
        child.send(SIGKILL)
        _ = try? await Blocking.run { [child] in child.wait() }
        try? input.close()
        try? output.close()
    }

    /// Sends a command, and gives its answer.
    @discardableResult
    func call(_ method: String, _ parameters: [String: Any] = [:]) async throws -> [String: Any] {
        number += 1
        var message: [String: Any] = ["id": number, "method": method, "params": parameters]
        if let session { message["sessionId"] = session }
        try input.writeAll(Array(try JSONSerialization.data(withJSONObject: message)) + [0])
        let wanted = number
        while true {
            let answer = try await next()
            guard answer["id"] as? Int == wanted else { continue }
            if let error = answer["error"] { throw Trouble(description: "\(method): \(error)") }
            return answer["result"] as? [String: Any] ?? [:]
        }
    }

    /// What an expression of JavaScript gives.
    func value(_ expression: String) async throws -> Any? {
        let answer = try await call(
            "Runtime.evaluate", ["expression": expression, "returnByValue": true, "awaitPromise": true])
        if let exception = answer["exceptionDetails"] { throw Trouble(description: "\(expression): \(exception)") }
        return (answer["result"] as? [String: Any])?["value"]
    }

    func text(_ expression: String) async throws -> String { try await value(expression) as? String ?? "" }

    /// Does what leads to another page, and waits until that is there.
    func load(_ body: () async throws -> Void) async throws {
        events = []
        try await body()
        while !events.contains("Page.loadEventFired") { _ = try await next() }
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    func open(_ address: String) async throws {
        try await load { try await call("Page.navigate", ["url": address]) }
    }

    /// Clicks on what a selector names, which leads to another page.
    func follow(_ selector: String) async throws {
        try await load {
            guard
                try await value(
                    "(e => { e?.click(); return e != null })(document.querySelector(\(Self.quoted(selector))))")
                    as? Bool
                    == true
            else { throw Trouble(description: "there is nothing to click: \(selector)") }
        }
    }

    /// The next message; events are noted.
    private func next() async throws -> [String: Any] {
        while true {
            if let end = pending.firstIndex(of: 0) {
                let message = try JSONSerialization.jsonObject(with: Data(pending[..<end])) as? [String: Any] ?? [:]
                pending.removeFirst(end + 1)
                note(message)
                return message
            }
            let output = output
            pending += try await Blocking.run {
                var poll = pollfd(fd: output.rawValue, events: Int16(POLLIN), revents: 0)
                guard Glibc.poll(&poll, 1, Self.limit) == 1 else {
                    throw Trouble(description: "the browser says nothing")
                }
                return try output.piece()
            }
        }
    }

    private func note(_ message: [String: Any]) {
        guard let name = message["method"] as? String else { return }
        events.append(name)
        let isComplaint = name == "Runtime.exceptionThrown" || name == "Log.entryAdded"
        if isComplaint { complaints.append("\(message["params"] ?? "")") }
    }
}
