import FoundationEssentials
import Results
import Support
import TestSupport
import Testing

@testable import History

struct LinesTests {
    private let scratch: Scratch
    private let history: History

    init() throws {
        scratch = try Scratch()
        history = try History(path: scratch.file("a.sqlite"))
    }

    private func exported(_ history: History, suite: String? = nil) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try history.export(suite: suite) { bytes += $0 }
        return bytes
    }

    /// In pieces that cut lines anywhere.
    private func imported(_ bytes: [UInt8], into history: History, pieces: Int = 1000) throws -> ImportCount {
        var rest = bytes[...]
        return try history.import(named: "export.jsonl") {
            defer { rest = rest.dropFirst(pieces) }
            return Array(rest.prefix(pieces))
        }
    }

    private func fill() throws {
        let awkward: [Double] = [0.1 + 0.2, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -0.0, 1.0 / 3.0]
        for day in [2, 1, 3] {
            try history.record(MadeRuns.run(day: day, wall: [awkward, [Double(day)]]))
            try history.record(
                MadeRuns.run(day: day, suite: "smoke", state: .interrupted, [MadeRuns.result("é\n", [])]))
        }
    }

    @Test("what is exported and imported is exported just so again")
    func roundTrip() throws {
        try fill()
        let lines = try exported(history)
        #expect(lines.count { $0 == 0x0a } == 6)
        let other = try History(path: scratch.file("b.sqlite"))
        #expect(try imported(lines, into: other) == ImportCount(added: 6))
        #expect(try exported(other) == lines)
        #expect(try other.run("run-1-nightly") == history.run("run-1-nightly"))
        #expect(try imported(lines, into: other) == ImportCount(kept: 6))
        #expect(try exported(history, suite: "smoke").count { $0 == 0x0a } == 3)
        #expect(try exported(history, suite: "none") == [])
    }

    @Test("a line says its version, and the file needs no newline at its end")
    func format() throws {
        try history.record(MadeRuns.run(day: 1, wall: [[1.5]]))
        let line = try exported(history)
        #expect(line.starts(with: Array(#"{"history":1,"results":{"boots":[{"#.utf8)))
        let other = try History(path: scratch.file("b.sqlite"))
        #expect(try imported(Array(line.dropLast()), into: other, pieces: 1 << 20) == ImportCount(added: 1))
        #expect(try imported(Array("\n\r\n".utf8) + line, into: other) == ImportCount(kept: 1))
        #expect(try imported([], into: other) == ImportCount())
    }

    @Test(
        "a broken line is told with its place, and nothing of the file is imported",
        arguments: [
            "{", "nonsense", "[]", #"{"history":1}"#, #"{"history":1,"results":{"schema":1}}"#, #"{"results":{}}"#,
            "\u{0}", #"{"history":"1"}"#,
        ])
    func broken(line: String) throws {
        try fill()
        let other = try History(path: scratch.file("b.sqlite"))
        let error = #expect(throws: HistoryError.self) {
            try imported(try exported(history) + Array(line.utf8) + [0x0a], into: other)
        }
        #expect(error?.code == .badLine)
        #expect(error?.summary.hasPrefix("export.jsonl:7: ") == true, "\(error?.summary ?? "")")
        #expect(try other.runs() == [])
    }

    @Test("a line that is cut off at the end is broken")
    func torn() throws {
        try fill()
        let other = try History(path: scratch.file("b.sqlite"))
        let error = #expect(throws: HistoryError.self) { try imported(exported(history).dropLast(40), into: other) }
        #expect(error?.summary.hasPrefix("export.jsonl:6: ") == true, "\(error?.summary ?? "")")
        #expect(try other.runs() == [])
    }

    @Test("a newer format, or newer results, are told as such")
    func newer() throws {
        try history.record(MadeRuns.run(day: 1, a: true))
        let text = String(decoding: try exported(history), as: UTF8.self)
        for newer in [
            #"{"history":2,"results":"somewhere else"}"#,
            text.replacing(#""schema":1"#, with: #""schema":2"#),
        ] {
            let error = #expect(throws: HistoryError.self) { try imported(Array(newer.utf8), into: history) }
            #expect(error?.code == .newer, "\(error?.summary ?? "")")
            #expect(error?.summary.contains("export.jsonl:1") == true)
        }
    }

    @Test("a run that contradicts itself is told with its line")
    func contradiction() throws {
        try history.record(MadeRuns.run(day: 1, a: true))
        let text = String(decoding: try exported(history), as: UTF8.self)
        let start = try #require(text.range(of: #""cases":[{"attempts""#)?.lowerBound)
        let end = try #require(text.range(of: #"],"counts""#)?.lowerBound)
        let list = text[text.index(start, offsetBy: 9)..<end]
        let twice = text.replacingCharacters(in: end..<end, with: "," + list)
        let error = #expect(throws: HistoryError.self) { try imported(Array(twice.utf8), into: history) }
        #expect(error?.code == .badLine)
        #expect(error?.summary == "export.jsonl:1: run 'run-1-nightly': case 'a' is there twice")
    }

    @Test("what cannot be read leaves nothing behind")
    func unreadable() throws {
        try fill()
        let other = try History(path: scratch.file("b.sqlite"))
        var pieces = [try exported(history)]
        #expect(throws: SystemError.self) {
            try other.import(named: "x") {
                guard let piece = pieces.popLast() else { throw SystemError("read x", errno: EIO) }
                return piece
            }
        }
        #expect(try other.runs() == [])
    }
}
