import FoundationEssentials
import ISA
import Results
import Support
import TestSupport
import Testing

extension EndToEnd.OwnKernels {
    /// A suite whose lab has kernels with another message layer, and a program that their compilers might have made.
    private func suite(_ legacy: LegacyKernel, _ cases: String) async throws -> SuiteFixture {
        let lab = legacy.lab
        let source = try #require(SuiteFixture.sources) + "/legacy.c"
        for isa in ISA.allCases {
            let output = lab.workplace.file("legacy-case_\(isa.rawValue)")
            try await lab.host("\(isa.gnuTriplet)-gcc", "-static", "-no-pie", "-o", output, source)
        }
        return try SuiteFixture(
            "own-kernels", lab,
            yaml: """
                name: own-kernels
                labs: {pair: {file: \(try legacy.file("suite-lab.yaml"))}}
                programs: {moves: {binary: legacy-case}}
                defaults: {expect: {exit: 3, stdout: {exact: "back\\n"}}}
                faults:
                  gone: [{cut: arm}, {heal: arm, at: 100ms}]
                  counted: [{cut: arm, at: hop 1}]
                cases:
                \(cases)
                """)
    }

    @Test(
        "a suite runs on kernels of one's own, and says at its start what they do not offer", .timeLimit(.minutes(8)))
    func suites() async throws {
        let lab = Lab(name: "legacy-suite", workplace: try Workplace.shared.get())
        let legacy = try await LegacyKernel(lab)
        let suite = try await suite(
            legacy,
            """
              - name: moves
                program: moves
                start: [x86, arm]
                migrate: own
                expect: {counts: {hops: 2, remote_faults: 5, messages: 13, faults: 5}}
                include:
                  - {start: x86, expect: {dmesg: [{has: '### BACKMIG', node: x86}]}}
                  - {start: arm, expect: {dmesg: [{has: '### BACKMIG', node: arm}]}}
              - {name: again, program: moves, arguments: long, migrate: own, fault: gone, expect: {counts: {hops: 4..}}}
              - {name: still, program: moves}
              - {name: code, program: moves, migrate: own, expect: {exit: 0}}
              - {name: word, program: moves, migrate: own, expect: {dmesg: [{lacks: '### BACKMIG'}]}}
              - {name: driven, program: moves, migrate: [every 100ms, bounce 2, random 1s]}
              - {name: uncounted, program: moves, migrate: own, expect: {counts: {refused: 0}}}
              - {name: unseen, program: moves, migrate: own, fault: counted}
              - {name: trouble, program: moves, arguments: trouble, migrate: own, expect: {within: 1s}}
            """)
        let dry = try await lab("test", suite.path, "--dry-run")
        #expect(dry.errorText.contains("driven/moves/pair/x86/bounce-2: x86: its kernel (test-legacy) does not offer"))
        let results = try await suite.run(exit: 1, limit: .seconds(400))
        #expect(results.state == .complete)
        func kinds(_ name: String) throws -> [Problem.Kind] {
            Set(try results.one(name).attempts.flatMap { $0.problems.map(\.kind) }).sorted { $0.rawValue < $1.rawValue }
        }
        for one in results.cases where one.plan.id.hasPrefix("moves/") || one.plan.id.hasPrefix("again/") {
            #expect(one.verdict == .passed && one.attempts.count == 1, "\(one)")
        }
        // The words of a case before it are not its own: only arm's log has them.
        #expect(try kinds("still/") == [.bounds])
        #expect(try kinds("code/") == [.exit])
        #expect(try kinds("word/") == [.dmesg])
        #expect(try kinds("trouble/") == [.kernelTrouble, .leftovers, .timeLimit])
        let refused = results.cases.filter { $0.verdict == .notJudged }
        #expect(refused.map(\.plan.axes["group"]) == ["driven", "driven", "driven", "uncounted", "unseen"])
        #expect(refused.allSatisfy { $0.attempts.allSatisfy { $0.problems.allSatisfy { $0.kind == .notOffered } } })
        #expect(refused[0].headline?.summary.contains("(`migrate: every 100ms`)") == true)
        #expect(
            refused[0].headline?.details == [
                "this message layer moves no threads; `popcorn-lab up x86,arm` has one that does"
            ])
        // One boot: what failed left the lab as it was, until the trouble at the end.
        #expect(results.boots.count == 1)
        #expect(try await lab("ls").text.contains("-pair-") == false)
    }
}
