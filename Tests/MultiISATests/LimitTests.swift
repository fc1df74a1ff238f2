import FoundationEssentials
import Testing

/// Programs where memory or address space is limited.
@Suite struct LimitTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    /// Under `ulimit` with these options.
    private func run(_ limit: String, _ arguments: String, hops: String? = nil) async throws -> Workbench.Outcome {
        let program = try await bench.build("limits")
        return try await bench.run(
            "sh", ["-c", "ulimit \(limit) && exec \(program) \(arguments)"],
            environment: hops.map { ["POPCORN_HOST_LAB": $0] } ?? [:])
    }

    @Test(
        "programs have as many threads, frames and handlers as fit into the address space that they may have",
        arguments: [
            ("-v unlimited", "threads 500", "sum 125250\n"), ("-v 4194304", "threads 100", "sum 5050\n"),
            ("-v 4194304", "threads 100 8388608", "sum 5050\n"), ("-v 1048576", "threads 120", "sum 7260\n"),
            ("-d 1048576", "threads 120", "sum 7260\n"), ("-v 65536", "threads 6", "sum 21\n"),
            ("-v 1048576", "recursion 40000", "depth 40000\n"), ("-v 65536", "signals", "nested 4\n"),
        ])
    func fits(limit: String, arguments: String, output: String) async throws {
        let outcome = try await run(limit, arguments)
        #expect(outcome.output == output, "\(outcome.messages)")
        #expect(outcome.status == 0)
    }

    @Test("one thread too many is refused")
    func tooMany() async throws {
        let outcome = try await run("-v 1048576", "threads 200")
        #expect(outcome.output == "refused: EAGAIN\n", "\(outcome.messages)")
    }

    @Test(
        "memory that cannot be had is refused by each function in its way",
        arguments: [("-v 1048576", 5_000_000), ("-v 1048576", 20_000), ("-d 262144", 70_000)])
    func memory(limit: String, piece: Int) async throws {
        let outcome = try await run(limit, "memory \(piece)")
        #expect(outcome.output == Self.refusals, "\(outcome.messages)")
    }

    private static let refusals = """
        malloc: ENOMEM
        calloc: 1
        realloc: 1, kept
        aligned_alloc: 1
        posix_memalign: 1 0 1
        mmap: 1
        again: 1

        """

    @Test("the host's lab has as much as it can", arguments: [nil, "-v 2097152"])
    func host(limit: String?) async throws {
        let outcome = try await run(limit ?? "-v unlimited", "memory 5000000", hops: "every=400,max=50")
        #expect(outcome.output == Self.refusals, "\(outcome.messages)")
    }

    @Test("a program that cannot have the least says which limit that is", arguments: ["-v 12000", "-d 8000"])
    func tooLittle(limit: String) async throws {
        let outcome = try await run(limit, "threads 1")
        #expect(outcome.status == 70)
        #expect(outcome.messages.contains("KiB (ulimit \(limit.prefix(2)))"), "\(outcome.messages)")
    }

    @Test("qemu-user, which a small limit would end, is not started")
    func tooLittleForQEMU() async throws {
        let program = try await bench.build("siblings")
        let outcome = try await bench.run(
            "sh", ["-c", "ulimit -v 1048576; exec \(program)"], environment: ["POPCORN_HOST_LAB": "max=9"])
        #expect(outcome.output == "starts on 0\nis on 0\nends on 0\n")
        #expect(outcome.messages.contains("no move to node 1: qemu-aarch64 needs "), "\(outcome.messages)")
    }

    private static let hasValgrind = FileManager.default.isExecutableFile(atPath: "/usr/bin/valgrind")

    @Test("programs run under valgrind", .enabled(if: hasValgrind))
    func valgrind() async throws {
        let program = try await bench.build("limits")
        let outcome = try await bench.run("valgrind", ["-q", program, "threads", "20"])
        #expect(outcome.output == "sum 210\n", "\(outcome.messages)")
        #expect(outcome.status == 0)
    }
}
