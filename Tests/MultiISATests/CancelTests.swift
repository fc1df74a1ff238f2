import FoundationEssentials
import Testing

/// Threads that others cancel, name, bind to processors and signal; in a lab, `CompiledProgramTests` does it on two nodes.
@Suite struct CancelTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    /// What `Programs/cancel.c` prints if all goes well.
    static let expected: String = {
        let points = ["semaphore", "read", "poll", "sleep", "join", "loop"]
            .map { "\($0): inner outer value  cancelled\n" }.joined()
        let round =
            "condition: holds 1 inner outer value  cancelled\n" + points
            + "disabled: was enabled went on inner outer value  cancelled\n"
        return round + round + """
            name: worker-7, worker-7, worker-7, affinity 0 1 1
            errors: 1 1 1
            kill: 0 1
            stack: 1 0 1 1 1 1

            """
    }()

    @Test("a cancelled thread ends at each kind of point, with its handlers of cleanup and destructors of values")
    func cancel() async throws {
        let program = try await bench.build("cancel")
        for command in [[program], ["qemu-aarch64", program + "_aarch64"]] {
            let outcome = try await bench.run(command[0], Array(command.dropFirst()))
            #expect(outcome.output == Self.expected, "\(command): \(outcome.messages)")
            #expect(outcome.status == 0)
        }
    }
}
