import Results
import Testing
import Trace

@testable import Regression

@Suite("Verdicts on kernels' logs")
struct KernelJudgeTests {
    private func problems(_ more: String, _ logs: [String: [String]]) throws -> [Problem] {
        let one = try SampleSuite.one(more)
        return KernelJudge(one: one).problems(of: logs.mapValues { $0.map { Observations.message($0) } })
    }

    private func dmesg(_ lines: String) -> String { "expect: {dmesg: [\(lines)]}" }

    @Test("a line that must be there, on any node or on one")
    func has() throws {
        let logs = ["x86": ["popcorn: 1 lost, no sign of life"], "arm": ["fine"]]
        #expect(try problems(dmesg("{has: '1 lost'}"), logs) == [])
        #expect(try problems(dmesg("{has: '1 lost', node: x86}"), logs) == [])
        // A node by its id, or by its ISA.
        #expect(try problems(dmesg("{has: '1 lost', node: 0}"), logs) == [])
        #expect(
            try problems(dmesg("{has: '1 lost', node: arm}"), logs) == [
                Problem(.dmesg, node: "arm", "no line matches 1 lost")
            ])
        #expect(try problems(dmesg("{has: '2 lost'}"), logs) == [Problem(.dmesg, "no line matches 2 lost")])
        #expect(try problems(dmesg("{has: a}"), [:]) == [Problem(.dmesg, "no line matches a")])
    }

    @Test("a line that must not be there, on every node or on one")
    func lacks() throws {
        let logs = ["x86": ["popcorn: refused", "popcorn: refused again"], "arm": ["popcorn: refused"]]
        let found = try problems(dmesg("{lacks: refused}"), logs)
        #expect(found.map(\.node) == ["arm", "x86"])
        #expect(
            found[1]
                == Problem(.dmesg, node: "x86", "a line matches refused", details: ["[    1.500000] popcorn: refused"]))
        #expect(try problems(dmesg("{lacks: refused, node: arm}"), logs).map(\.node) == ["arm"])
        #expect(try problems(dmesg("{lacks: '^refused'}"), logs) == [])
    }

    @Test("trouble is always looked for, one problem a node: the worst, and what followed the first")
    func trouble() throws {
        let log =
            ["fine", "WARNING: CPU: 0 PID: 1 at x.c:1", "a", "BUG: kernel NULL pointer dereference"]
            + (0..<60).map { "line \($0)" }
        let found = try problems("", ["x86": log, "arm": ["WARNING: suspicious RCU usage"]])
        #expect(found.map(\.kind) == [.kernelTrouble, .kernelTrouble])
        #expect(
            found[0]
                == Problem(
                    .kernelTrouble, node: "arm", "warning: WARNING: suspicious RCU usage",
                    details: ["[    1.500000] WARNING: suspicious RCU usage"]))
        #expect(found[1].summary == "oops: BUG: kernel NULL pointer dereference")
        #expect(found[1].details.count == 40)
        #expect(found[1].details[0].hasSuffix("WARNING: CPU: 0 PID: 1 at x.c:1"))
        #expect(found[1].details[2].hasSuffix("BUG: kernel NULL pointer dereference"))
    }

    @Test("if the worst comes long after the first, what followed both is kept")
    func farApart() throws {
        let log =
            ["WARNING: a"] + (0..<50).map { "line \($0)" } + ["Kernel panic - not syncing: b"]
            + (50..<90).map { "line \($0)" }
        let details = try problems("", ["x86": log])[0].details
        #expect(details.count == 41)
        #expect(details[0].hasSuffix("WARNING: a") && details[19].hasSuffix("line 18") && details[20] == "…")
        #expect(details[21].hasSuffix("Kernel panic - not syncing: b") && details[40].hasSuffix("line 68"))
        let near = try problems("", ["x86": Array(log[..<1] + log[13..<60])])[0].details
        #expect(near.count == 40 && near[39].hasSuffix("Kernel panic - not syncing: b"))
    }

    @Test("what belongs to a report, and what user space writes into the log, is no trouble by itself")
    func noTrouble() throws {
        #expect(try problems("", ["x86": ["Call Trace:", "DEBUG: x"]]) == [])
        let message = Observations.message("BUG: said by init", facility: 1)
        #expect(KernelJudge(one: try SampleSuite.one()).problems(of: ["x86": [message]]) == [])
    }

    @Test("trouble that is ignored, on every node or on one")
    func ignores() throws {
        let logs = ["x86": ["WARNING: known"], "arm": ["WARNING: known"]]
        #expect(try problems(dmesg("{ignores: known}"), logs) == [])
        #expect(try problems(dmesg("{ignores: known, node: arm}"), logs).map(\.node) == ["x86"])
        #expect(try problems(dmesg("{ignores: other}"), logs).count == 2)
        // The rest of a log is looked at nevertheless.
        #expect(
            try problems(dmesg("{ignores: known}"), ["x86": ["WARNING: known", "WARNING: new"]]).map(\.summary) == [
                "warning: WARNING: new"
            ])
    }

    @Test("a node that its fault lets panic may say so; the others may not")
    func victims() throws {
        let logs = ["x86": ["fine"], "arm": ["Kernel panic - not syncing: sysrq triggered crash"]]
        #expect(try problems("fault: kill", logs) == [])
        #expect(try problems("fault: cut", logs).map(\.node) == ["arm"])
        #expect(try problems("fault: kill", ["x86": ["WARNING: a"], "arm": ["WARNING: a"]]).map(\.node) == ["x86"])
    }
}
