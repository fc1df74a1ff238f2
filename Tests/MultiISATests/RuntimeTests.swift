import Testing

@Suite struct RuntimeTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    @Test("streams, descriptors and what stdin has read ahead survive hops", arguments: ["max=100", "cover=1"])
    func streams(hops: String) async throws {
        let input = (1...500).map { "input line \($0)\n" }.joined()
        let file = bench.path("stream.txt")
        let expected = try await bench.run(bench.buildPlain("streams"), [file], input: input)
        #expect(expected.output.contains("third: input line 3\n"))
        let (outcome, count) = try await bench.run(bench.build("streams"), [file], hops: hops, input: input)
        #expect(outcome.output == expected.output)
        #expect(outcome.messages == expected.messages)
        #expect(count > 8)
    }

    @Test(
        "constructors, destructors, handlers of exit and signals run once, in order", arguments: ["max=100", "cover=1"])
    func lifecycle(hops: String) async throws {
        let environment = ["LIFECYCLE": "given"]
        let expected = try await bench.run(bench.buildPlain("lifecycle"), ["last"], environment: environment)
        let (outcome, count) = try await bench.run(
            bench.build("lifecycle"), ["last"], hops: hops, environment: environment)
        #expect(outcome.output == expected.output, "\(outcome.messages)")
        #expect(outcome.output.contains("environment given\nargument last"))
        #expect(outcome.status == 9)
        #expect(outcome.messages.contains("callback on arrival"))
        #expect(outcome.messages.contains("a libc function that called back is still running"))
        #expect(count > 5)
    }

    @Test("a walk over a file tree moves with its callbacks, and exec is another program", arguments: ["", "every=7"])
    func tree(hops: String) async throws {
        let expected = try await bench.run(bench.buildPlain("tree"))
        #expect(expected.output.contains("removed: 0, gone: -1\n"))
        #expect(expected.output.hasSuffix("another program\n"))
        let (outcome, count) = try await bench.run(bench.build("tree"), hops: hops)
        #expect(outcome.output == expected.output, "\(outcome.messages)")
        #expect(count >= (hops.isEmpty ? 40 : 8))
        let other = try await bench.run(bench.build("tree"), ["other"]).output
        #expect(other.hasSuffix("no program: -1 -1\nof the new program\n"))
        // musl does not know FTW_CHDIR.
        #expect(other.contains("t/a/b/linked 1\n") && other.contains("chdir: 0\n"))
    }

    @Test(
        "memory from mmap moves, a shared mapping keeps the program where it is", arguments: ["", "every=20,max=300"])
    func mappings(hops: String) async throws {
        let expected = try await bench.run(bench.buildPlain("mappings"))
        #expect(expected.output.contains("last line 1999\n"))
        let (outcome, count) = try await bench.run(bench.build("mappings"), hops: hops)
        #expect(outcome.output == expected.output, "\(outcome.messages)")
        #expect(count >= 10)
        let said = outcome.messages
        #expect(said.contains("with a shared mapping: stays 5\n"), "\(said)")
        if hops.isEmpty {
            #expect(said.contains("a mapping that belongs to this node is in use"))
            #expect(said.hasSuffix("without: moves\n"))
        }
        #expect(try await bench.run(bench.build("mappings")).output == expected.output)
    }

    @Test("threads and what synchronises them work as libc's do", arguments: ["threads_x86-64", "threads_aarch64"])
    func threads(binary: String) async throws {
        let expected = try await bench.run(bench.buildPlain("threads"))
        _ = try await bench.build("threads")
        let program = bench.path(binary)
        let outcome =
            binary.hasSuffix("aarch64")
            ? try await bench.run("qemu-aarch64", [program]) : try await bench.run(program)
        #expect(outcome.output == expected.output, "\(outcome.messages)")
        #expect(outcome.status == 5)
    }

    @Test("a stream of memory keeps the program where it is, a directory does not, and it says why")
    func pins() async throws {
        let (outcome, hops) = try await bench.run(bench.build("pins"), hops: "")
        #expect(
            outcome.output == """
                with a directory: node 1
                with a stream of memory: node 1
                without: node 0
                node 7 is available: 0, nodes: 2

                """)
        #expect(outcome.messages.contains("no move to node 0: a stream of memory"))
        #expect(outcome.messages.contains("no move to node 7: the node is not connected"))
        #expect(hops == 2)
    }

    @Test("malloc keeps contents, aligns, reuses and returns memory under four threads")
    func allocator() async throws {
        let outcome = try await bench.run(bench.build("allocator"))
        #expect(outcome.status == 0, "\(outcome.messages)")
        #expect(outcome.output.contains("returned: yes"))
    }

    @Test("a program touches no more of its heap than it uses: each page may have to come from another node")
    func footprint() async throws {
        let (outcome, _) = try await bench.run(bench.build("footprint"), hops: "")
        #expect(outcome.output == "at the start: little\nper object: a page\n", "\(outcome.messages)")
    }

    @Test(
        "a stack that overflows ends the program by SIGSEGV, and it says which stack of which thread",
        arguments: [
            ("frames", "thread 0 fill its shadow stack of 56 MiB"),
            ("frames thread", "thread 1 fill its shadow stack of 56 MiB"),
            ("frames away", "thread 0 fill its shadow stack of 56 MiB"),
            ("chain thread", "thread 1 fill its shadow stack of 56 MiB"),
            ("chain away", "thread 0 fill its shadow stack of 56 MiB"),
            ("native", "thread 0 has used up its native stack"),
            ("native thread", "thread 1 has used up its native stack"),
            ("native away", "thread 0 has used up its native stack"),
        ])
    func overflow(how: String, said: String) async throws {
        let program = try await bench.build("overflow")
        let (outcome, hops) = try await bench.run(program, how.split(separator: " ").map(String.init), hops: "")
        #expect(outcome.status == 139)
        #expect(outcome.output == "overflows on node \(hops)\n")
        #expect(outcome.messages.contains("popcorn: stack overflow: "))
        #expect(outcome.messages.contains(said), "\(outcome.messages)")
    }

    @Test("a SIGSEGV that is no overflow ends the program without a word", arguments: [["send"], ["send", "thread"]])
    func fault(arguments: [String]) async throws {
        let outcome = try await bench.run(bench.build("overflow"), arguments)
        #expect(outcome.status == 139)
        #expect(outcome.messages.isEmpty)
    }

    @Test(
        "times before 1970 or none at all, crowded barriers, forks among threads and the like are as libc has them",
        arguments: [[], ["crowd"], ["forks"]])
    func corners(arguments: [String]) async throws {
        let expected = try await bench.run(bench.buildPlain("corners"), arguments)
        let outcome = try await bench.run(bench.build("corners"), arguments)
        #expect(outcome.output == expected.output, "\(outcome.messages)")
        #expect(outcome.status == 0 && expected.status == 0)
    }

    @Test("what pthread_atfork registered runs around fork, wherever the thread is", arguments: ["", "every=2,max=30"])
    func atfork(hops: String) async throws {
        let expected = try await bench.run(bench.buildPlain("atfork"))
        let (outcome, count) = try await bench.run(bench.build("atfork"), hops: hops)
        #expect(outcome.output == expected.output, "\(outcome.messages)")
        #expect(outcome.output.contains("fork, child: prepare2 prepare1 child1 child2\n"))
        #expect(outcome.output.contains("vfork, parent:; child 5\n"))
        #expect(outcome.status == 0 && expected.status == 0)
        #expect(hops.isEmpty || count > 4)
    }
}
