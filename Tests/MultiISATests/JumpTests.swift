import Testing

/// setjmp and longjmp between which the program moves.
@Suite struct JumpTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    @Test(
        "jumps find values, frames and signal masks as they were, wherever setjmp was called",
        arguments: [["-O0"], ["-O2"], ["-fmigration-checks=all"]])
    func jumps(options: [String]) async throws {
        let expected = try await bench.run(bench.buildPlain("jumps"))
        #expect(expected.output.contains("total 336"))
        let program = try await bench.build("jumps", options)
        let stays = try await bench.run(program)
        #expect(stays.output == expected.output, "\(stays.messages)")
        for hops in ["", "cover=2", "every=3"] {
            let (outcome, count) = try await bench.run(program, hops: hops)
            #expect(outcome.output == expected.output, "\(outcome.messages)")
            #expect(outcome.status == 0)
            #expect(count >= 60)
        }
    }

    @Test(
        "a jump to where nobody can go ends the program with the reason",
        arguments: [
            ("unset", "setjmp was not called"), ("thread", "setjmp was called by another thread"),
            ("callback", "setjmp was called in a callback of libc or in a signal handler"),
        ])
    func impossible(kind: String, reason: String) async throws {
        let outcome = try await bench.run(bench.build("jumps"), [kind])
        #expect(outcome.messages.contains("popcorn: longjmp: \(reason)"), "\(outcome.messages)")
        #expect(outcome.status != 0)
    }
}
