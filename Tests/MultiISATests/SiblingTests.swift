import FoundationEssentials
import Testing

/// A program is three files; what if one is not what it was?
@Suite struct SiblingTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    private static let moved = "starts on 0\nis on 1\nends on 0\n"
    private static let stayed = "starts on 0\nis on 0\nends on 0\n"

    @Test(
        "a program whose file for the other node is of no use says which file and why, and goes on where it is",
        arguments: [
            ("rm p_aarch64", "p_aarch64 not found there"),
            ("rm p_aarch64; mkdir p_aarch64", "p_aarch64 may not be executed there"),
            ("rm p_aarch64; mkfifo p_aarch64", "p_aarch64 may not be executed there"),
            ("rm p_aarch64; ln -s p_aarch64 p_aarch64", "p_aarch64 is a loop of symbolic links there"),
            ("n=$(printf %0250d 1); mv p $n; set $n", "1_aarch64 has too long a name there"),
            ("chmod -x p_aarch64", "p_aarch64 may not be executed there"),
            ("cp p_x86-64 p_aarch64", "p_aarch64 is no complete program for that node"),
            ("truncate -s 30000 p_aarch64", "p_aarch64 is no complete program for that node"),
            ("cp ../request_aarch64 p_aarch64", "p_aarch64 is another build of the program there"),
            ("mv p q; set q", "q_aarch64 not found there"),
            ("set p p_aarch64", "p_aarch64 not found there"),
            ("export PATH=/none", "cannot run qemu-aarch64: "),
        ])
    func unfit(change: String, said: String) async throws {
        let outcome = try await run(change)
        #expect(outcome.output == Self.stayed)
        #expect(outcome.messages.contains("no move to node 1: ") && outcome.messages.contains(said), "\(outcome)")
        #expect(outcome.messages.split(separator: "\n").count == 1)
        #expect(outcome.status == 3)
    }

    @Test(
        "other names of a program change nothing",
        arguments: [
            "ln -s p link; set link", "mkdir d; ln -s ../p d/link; set d/link", "set p_x86-64", "set p p",
            "chmod -w p_aarch64",
        ])
    func names(change: String) async throws {
        let outcome = try await run(change)
        #expect(outcome.output == Self.moved)
        #expect(outcome.messages.isEmpty)
        #expect(outcome.status == 3)
    }

    @Test("a program that cannot go back stays there")
    func noWayBack() async throws {
        let outcome = try await run("rm p_x86-64")
        #expect(outcome.output == "starts on 0\nis on 1\nends on 1\n")
        #expect(outcome.messages.contains("no move to node 0: "))
        #expect(outcome.messages.contains("p_x86-64 not found there"))
        #expect(outcome.status == 3)
    }

    /// Runs a copy of the program after a change to its files; `set` names what to run, and its argument.
    private func run(_ change: String) async throws -> Workbench.Outcome {
        let program = try await bench.build("siblings")
        _ = try await bench.build("request")
        try FileManager.default.createDirectory(atPath: bench.path("e"), withIntermediateDirectories: false)
        for suffix in ["", "_x86-64", "_aarch64"] {
            try FileManager.default.copyItem(atPath: program + suffix, toPath: bench.path("e/p\(suffix)"))
        }
        return try await bench.run(
            "sh", ["-c", "cd e && set p && { \(change); } && program=$1 && shift && exec ./$program \"$@\""],
            environment: ["POPCORN_HOST_LAB": "max=9"])
    }
}
