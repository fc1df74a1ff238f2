import FoundationEssentials
import Support
import Synchronization
import Testing

extension EndToEnd.KernelLogs {
    /// A word that no other test says.
    private func word() -> String { "e2e-" + hexadecimal((0..<6).map { _ in UInt8.random(in: 0...255) }) }

    private func say(_ text: String, on node: String, _ lab: Lab) async throws {
        try await lab("exec", node, "echo \(text) > /dev/kmsg")
    }

    @Test("logs merges what all kernels say in the order in which they said it")
    func merged() async throws {
        let lab = try await SharedLab.shared()
        let word = word()
        let speakers = ["x86", "arm", "x86", "arm"]
        for (turn, node) in speakers.enumerated() { try await say("\(word) \(turn)", on: node, lab) }
        let ending = try await lab("logs")
        let said = ending.lines.filter { $0.contains(word) }
        #expect(said.count == speakers.count)
        for (turn, (line, node)) in zip(said, speakers).enumerated() {
            #expect(line.hasSuffix("\(word) \(turn)"))
            #expect(line.split(separator: " ")[1] == node)
        }
        #expect(ending.lines.contains { $0.contains("Linux version") })
        let arm = try await lab("logs", "arm")
        #expect(arm.lines.filter { $0.contains(word) }.count == 2)
    }

    @Test("logs as JSON carries guest time, host time with its error, level and text, in order of host times")
    func json() async throws {
        struct Line: Decodable {
            var node: String
            var host_us: Double?
            var host_error_us: Double?
            var guest_us: Double
            var level: String?
            var text: String
        }
        let lab = try await SharedLab.shared()
        let word = word()
        let before = Date().timeIntervalSince1970 * 1e6
        try await say("'<3>\(word)'", on: "arm", lab)
        let after = Date().timeIntervalSince1970 * 1e6
        let ending = try await lab("logs", "--format", "json", "--since", "10min")
        let lines = try ending.lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        let times = try lines.map { try #require($0.host_us) }
        #expect(times == times.sorted())
        let line = try #require(lines.first { $0.text == word })
        #expect(line.node == "arm" && line.level == "err")
        let error = try #require(line.host_error_us)
        #expect(error >= 0 && error < 1e6)
        #expect((before - error...after + error).contains(line.host_us ?? 0))
    }

    @Test("what a guest says gives a terminal no orders, unless its bytes are asked for")
    func escapes() async throws {
        let lab = try await SharedLab.shared()
        let word = word()
        // ESC, a C1 character, what is no UTF-8, a mark of direction.
        let said = "\(word)\u{1b}[2J\u{85}".utf8 + [0xff] + "\u{202e}end".utf8
        let shown = "\(word)\\x1b[2J\\u{0085}\\xff\\u{202e}end"
        // Without its newline the kernel would keep it to itself until the next message.
        try await lab("exec", "arm", "cat > /dev/kmsg", input: said + [0x0a])
        let lines = try await lab("logs", "arm").lines
        #expect(lines.contains { $0.hasSuffix(shown) })
        let raw = try await lab("logs", "--raw", "arm").output.split(separator: 0x0a)
        #expect(raw.contains { $0.suffix(said.count).elementsEqual(said) })
        let json = try await lab("logs", "--json", "arm")
        #expect(!json.output.contains(0x1b) && json.text.contains(word + "\\u001b[2J\\u0085\u{fffd}\\u202eend"))
        try await lab("exec", "arm", "cat > /dev/ttyAMA0", input: Array("\(word)\u{1b}[7m\u{9b}x\n".utf8))
        #expect(try await lab("logs", "--serial", "arm").lines.contains("arm: \(word)\\u{009b}x"))
        #expect(try await lab("logs", "--serial", "--raw", "arm").text.contains("\(word)\u{1b}[7m\u{9b}x"))
        try await lab("logs", "--raw", "--json", exit: 64)
        // The words of a command are its own.
        let own = try await lab("exec", "--all", "printf '\\033[1m\\377\\n'")
        #expect(
            own.output.split(separator: 0x0a).allSatisfy { $0.suffix(5).elementsEqual([0x1b, 0x5b, 0x31, 0x6d, 0xff]) })
    }

    @Test("logs --since leaves out what is older")
    func since() async throws {
        let lab = try await SharedLab.shared()
        let word = word()
        try await say(word, on: "x86", lab)
        let young = try await lab("logs", "--since", "1ms", "x86")
        #expect(!young.text.contains(word) && !young.text.contains("Linux version"))
        let all = try await lab("logs", "--since", "1h", "x86")
        #expect(all.text.contains(word) && all.text.contains("Linux version"))
    }

    @Test("logs -f shows a line as it is said, and Ctrl-C ends it with 130")
    func follow() async throws {
        let lab = try await SharedLab.shared()
        let word = word()
        let wasAsked = Mutex(false)
        let asked = Shared(wasAsked)
        let ending = try await lab("logs", "-f", "--since", "1h", exit: 130) { line, signal in
            if line.contains(word) { return signal(SIGINT) }
            // The first line of the past: it runs, so what is said from now on must come too.
            guard asked.value.withLock({ was in !exchange(&was, true) }) else { return }
            do { try await say(word, on: "arm", lab) } catch { Issue.record(error) }
        }
        #expect(ending.text.contains(word))
    }

    private final class Shared: Sendable {
        let value: Mutex<Bool>
        init(_ value: consuming Mutex<Bool>) { self.value = value }
    }

    @Test("logs --serial shows the consoles of all nodes, to init's word that all is ready")
    func serial() async throws {
        let lab = try await SharedLab.shared()
        let ending = try await lab("logs", "--serial")
        for node in ["x86", "arm"] {
            #expect(ending.lines.contains { $0.hasPrefix("\(node): ") && $0.contains("popcorn-init: ready") })
        }
        #expect(!ending.output.contains(0x1b))
        let one = try await lab("logs", "--serial", "arm")
        #expect(one.lines.allSatisfy { $0.hasPrefix("arm: ") })
    }
}

private func exchange(_ value: inout Bool, _ new: Bool) -> Bool {
    defer { value = new }
    return value
}
