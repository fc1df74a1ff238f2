import FoundationEssentials
import Testing

/// The torture program: what it prints must not depend on where and how often it hops.
@Suite struct HopTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    @Test(
        "each migration point of the torture program is crossed, with the results of clang -O2",
        arguments: [[], ["-O0"], ["-g", "-fmigration-checks=all"], ["-fmigration-checks=none"]])
    func everyPoint(options: [String]) async throws {
        let expected = try await bench.run(bench.buildPlain("torture"))
        let program = try await bench.build("torture", options)
        let stays = try await bench.run(program)
        #expect(stays.output == expected.output)
        #expect(stays.status == 0)
        let (outcome, hops) = try await bench.run(program, hops: "cover=1")
        #expect(outcome.output == expected.output, "\(outcome.messages)")
        #expect(outcome.status == 0)
        #expect(hops >= 100)
    }

    @Test("the torture program's own hops change nothing", arguments: [1, 7])
    func ownHops(seed: Int) async throws {
        let arguments = ["--hops", "300", "--every", "4", "--seed", String(seed)]
        let expected = try await bench.run(bench.buildPlain("torture"), arguments)
        #expect(expected.output.contains("total "))
        let program = try await bench.build("torture", ["-fmigration-checks=none"])
        let (outcome, hops) = try await bench.run(program, arguments, hops: "")
        #expect(outcome.output == expected.output, "\(outcome.messages)")
        // Those under libc's own scandir cannot be made.
        #expect(hops >= 295)
        #expect(outcome.messages.contains("hops: 300 asked for, \(hops) made, at "))
    }

    @Test("the smoke suite compares with what clang -O2 makes of the torture program")
    func golden() async throws {
        let golden = try String(
            contentsOfFile: Workbench.root + "/Configs/suites/golden/torture-20.txt", encoding: .utf8)
        let plain = try await bench.run(bench.buildPlain("torture"), ["--rounds", "20"])
        #expect(plain.output == golden && plain.status == 0)
    }

    @Test("ten thousand hops are asked for at a hundred places and more, in the plain build too")
    func places() async throws {
        let arguments = ["--hops", "10000"]
        let expected = try await bench.run(bench.buildPlain("torture"), arguments)
        let outcome = try await bench.run(bench.build("torture"), arguments)
        #expect(outcome.output == expected.output)
        for messages in [expected.messages, outcome.messages] {
            let report = try #require(messages.firstMatch(of: /hops: 10000 asked for, 0 made, at (\d+) places/))
            #expect(Int(report.1).map { $0 >= 100 } == true, "\(messages)")
        }
    }

    @Test("another seed is another course")
    func seeds() async throws {
        let program = try await bench.buildPlain("torture")
        let first = try await bench.run(program, ["--seed", "1"])
        let second = try await bench.run(program, ["--seed", "2"])
        #expect(first.output != second.output)
        #expect(try await bench.run(program, ["--hops", "many"]).status == 2)
    }

    @Test("a thousand hops at many depths change nothing")
    func manyHops() async throws {
        let expected = try await bench.run(bench.buildPlain("torture"))
        let program = try await bench.build("torture")
        let (outcome, hops) = try await bench.run(program, hops: "every=3,max=1000")
        #expect(outcome.output == expected.output, "\(outcome.messages)")
        #expect(hops > 900)
    }

    @Test("a request is noticed within a long loop without calls")
    func requestInLoop() async throws {
        let program = try await bench.build("request")
        let expected = try await bench.run(program, ["2000000"])
        let (outcome, hops) = try await bench.run(program, ["2000000"], hops: "every=1,max=50")
        #expect(outcome.output == expected.output)
        #expect(hops == 50)
    }

    @Test("with the policy none only the program's own calls move it")
    func policyNone() async throws {
        let program = try await bench.build("request", ["-fmigration-checks=none"])
        let (_, hops) = try await bench.run(program, ["2000000"], hops: "every=1")
        #expect(hops == 0)
    }
}
