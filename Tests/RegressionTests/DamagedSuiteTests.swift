import Support
import Testing
import UserInput

@testable import Regression

@Suite("Damaged suites")
struct DamagedSuiteTests {
    /// Has every key.
    static let full = """
        name: s
        description: d
        labs:
          pair: {nodes: "x86,arm", message_layer: {dead_after: 10s}}
        programs:
          a: {sources: a.c, flags: [-O2], environment: {A: b}}
          m: {make: d, target: t}
          t: {shipped: tutorial/is}
        faults:
          f: [{delay: 5ms, node: arm, at: hop 1}, {cut: arm, at: "output x+"}, {sigkill: worker arm}]
        defaults: {tags: [n], expect: {within: 20s}}
        cases:
          - name: g
            program: [a, m]
            arguments: ["", "-n 'a b'"]
            start: x86
            migrate: [own, random 5ms]
            fault: [none, f]
            repeat: 2
            include: [{program: t, tags: [x], expect: {stdout: shipped}}]
            exclude: [{program: m, fault: f}]
            expect: {exit: 0, stdout: {exact: a}, dmesg: [{has: x, node: arm}], counts: {hops: 1..}}
            figures: {v: {matches: '(\\d+)', unit: ms, better: lower}}

        """

    @Test("it is whole to begin with") func whole() throws {
        #expect(try SampleSuite.read(Self.full).cases().count == 26)
    }

    private func expectOrder(_ text: String) {
        do {
            // What is read fits together.
            _ = try SampleSuite.read(text).cases()
        } catch {
            #expect(error.code == .invalidFile, "\(error)")
            #expect(!error.diagnostics.isEmpty)
        }
    }

    @Test("a suite with a character that is another gives an error or a suite, never a crash")
    func changed() {
        let whole = Array(Self.full.unicodeScalars)
        for index in whole.indices {
            for scalar: Unicode.Scalar in ["\n", ":", "[", "'"] {
                var text = String.UnicodeScalarView(whole[..<index])
                text.append(scalar)
                text.append(contentsOf: whole[(index + 1)...])
                expectOrder(String(text))
            }
        }
    }

    @Test("so does one that is cut off anywhere, or lacks a line")
    func cut() {
        let whole = Array(Self.full.unicodeScalars)
        for index in whole.indices { expectOrder(String(String.UnicodeScalarView(whole[..<index]))) }
        let lines = Self.full.split(separator: "\n", omittingEmptySubsequences: false)
        for index in lines.indices {
            expectOrder((lines[..<index] + lines[(index + 1)...]).joined(separator: "\n"))
        }
    }

    @Test("bytes that are no text are refused")
    func bytes() throws {
        let error = try #require(throws: InputError.self) {
            try SampleSuite.read(String(repeating: "[", count: 100_000))
        }
        #expect(error.code == .invalidFile)
    }
}
