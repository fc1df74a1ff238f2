import Foundation
import Results
import Support
import TestSupport
import Testing

/// JUnit XML, held against the format that its readers have in common.
struct JUnitTests {
    private let scratch: Scratch
    private static let schema = Example.path("Tests/ResultsTests/Examples/junit.xsd")

    init() throws { scratch = try Scratch() }

    private func complaint(of text: String) async throws -> String? {
        try await Example.complaint(
            "xmllint", ["--noout", "--schema", Self.schema, try scratch.write(text, to: "junit.xml")])
    }

    /// What xmllint finds by a path.
    private func find(_ path: String, in text: String) async throws -> String {
        let file = try scratch.write(text, to: "junit.xml")
        return try await scratch.run("xmllint", ["--xpath", path, file], package: "libxml2-utils")
            .trimmingCharacters(in: .newlines)
    }

    @Test func isValid() async throws {
        #expect(try await complaint(of: ResultsFormat.junit.text(of: Example.run())) == nil)
        #expect(try await complaint(of: ResultsFormat.junit.text(of: Example.hostileRun())) == nil)
        var empty = try Example.run()
        empty.cases = []
        empty.seconds = -1e300
        #expect(try await complaint(of: ResultsFormat.junit.text(of: empty)) == nil)
    }

    @Test(arguments: [
        ("<skipped message", "<skip message"), ("tests=\"8\"", ""), ("time=\"1.910\"", "time=\"1,9\""),
        ("<system-out>", "<system-out>\u{1}"), ("&#39;", "<"), ("timestamp=\"2026", "timestamp=\"26"),
    ])
    func schemaRefuses(_ right: String, _ wrong: String) async throws {
        let text = try ResultsFormat.junit.text(of: Example.run())
        let broken = text.replacing(right, with: wrong, maxReplacements: 1)
        #expect(broken != text)
        #expect(try await complaint(of: broken) != nil)
    }

    @Test func counts() async throws {
        let text = try ResultsFormat.junit.text(of: Example.run(), directory: "/runs/r")
        #expect(try await find("count(//testcase)", in: text) == "8")
        #expect(try await find("count(//testsuite)", in: text) == "2")
        #expect(try await find("count(//testcase/failure)", in: text) == "2")
        #expect(try await find("count(//testcase/error)", in: text) == "1")
        #expect(try await find("count(//testcase/skipped)", in: text) == "1")
        #expect(try await find("count(//testcase/flakyFailure)", in: text) == "1")
        #expect(try await find("count(//testcase/rerunFailure)", in: text) == "1")
        #expect(try await find("string(/testsuites/@failures)", in: text) == "2")
        #expect(try await find("string(//testsuite[@name='faults']/@errors)", in: text) == "1")
        #expect(try await find("string(//property[@name='flaky']/@value)", in: text) == "1")
        let failure = "//testcase[contains(@name, 'every-100ms')]/failure"
        #expect(
            try await find("string(\(failure)/@message)", in: text)
                == "arm: Oops: NULL pointer dereference in page_grant")
        #expect(try await find("string(\(failure)/@type)", in: text) == "kernel-trouble")
        #expect(try await find("string(\(failure))", in: text).contains("pc : page_grant+0x58/0x1f0 [popcorn]"))
        let output = try await find("string(//testcase[contains(@name, 'cut')]/system-out)", in: text)
        #expect(output.contains("/runs/r/cases/faults/primesum/pair/x86/bounce-20/cut/1/1"))
        #expect(output.contains("reproduce: popcorn-lab test /srv/suites/nightly.yaml --case"))
    }

    /// A mark with a combining accent is one character in Swift, and yet ends an attribute.
    @Test func escaping() {
        #expect(XMLText.escaped("\"\u{301} onclick") == "&quot;\u{301} onclick")
        #expect(XMLText.escaped("<\u{338}b>") == "&lt;\u{338}b&gt;")
        #expect(XMLText.escaped("a\u{1b}\u{0}\u{85}\u{202e}") == "a\\x1b\\x00\\u{0085}\\u{202e}")
        #expect(XMLText.escaped("\u{fffe}\u{ffff}é]]>") == "\u{fffd}\u{fffd}é]]&gt;")
        #expect(XMLText.escaped("a\nb") == "a\\x0ab")
        #expect(XMLText.escaped("a\nb", keepsLines: true) == "a\nb")
        #expect(XMLText.escaped(ByteText.text([0x61, 0xff])) == "a\\xff")
    }
}
