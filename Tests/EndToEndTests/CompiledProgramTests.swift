import FoundationEssentials
import Lab
import Support
import Testing

/// Programs made by popcorn-cc, moving between real kernels by themselves. Their output must be that of a run that stays.
extension EndToEnd.CompiledPrograms {
    private static let root = String(#filePath.dropLast("Tests/EndToEndTests/CompiledProgramTests.swift".count))

    /// Builds a program of `Compiled/`, and brings it to all nodes.
    private func prepare(_ name: String, _ lab: Lab) async throws {
        let output = lab.workplace.file(name)
        guard access(output, X_OK) != 0 else { return }
        try await lab(
            "build", Self.root + "Tests/EndToEndTests/Compiled/\(name).c", "-o", output, "--", "-O2", "-Wall",
            limit: .seconds(120))
        try await lab("deploy", output)
    }

    @Test(
        "a program that ends away from home ends at home, in the same way",
        arguments: [
            ("exit", 7), ("_exit", 8), ("abort", 134), ("segv", 139), ("signals", 0), ("thread", 0),
            ("storm", 0), ("jumps", 0),
        ])
    func ends(how: String, status: Int32) async throws {
        let lab = try await SharedLab.shared()
        try await prepare("ends", lab)
        let ending = try await lab("exec", "x86", "cd /root && exec ./ends \(how)", exit: status)
        switch how {
        case "exit": #expect(ending.lines == ["on the other node"])
        case "signals": #expect(ending.lines == ["on the other node", "handled 2"])
        case "storm": #expect(ending.lines == ["on the other node", "handled, 0 astray"])
        case "jumps":
            #expect(
                ending.lines == ["on the other node", "jumped 5, on another node", "jumped 6, on another node"])
        case "thread": #expect(ending.lines == ["ended away"])
        default: #expect(ending.output.isEmpty, "what is in a stream's buffer is lost")
        }
        if status > 128 {
            let said = try await lab("exec", "x86", "dmesg | grep 'killed by signal' | tail -1").text
            #expect(said.contains("killed by signal \(status - 128) on node 1 (aarch64)"))
        }
        try await lab.expectNothingLeft()
    }

    @Test("a program that only one node has says which file the other lacks, and goes on; deleted, it still moves")
    func alone() async throws {
        let lab = try await SharedLab.shared()
        let output = lab.workplace.file("siblings")
        try await lab("build", Self.root + "Tests/MultiISATests/Programs/siblings.c", "-o", output)
        try await lab("cp", output + "_x86-64", "x86:/root/alone")
        let alone = try await lab("exec", "x86", "/root/alone", exit: 3)
        #expect(alone.lines == ["starts on 0", "is on 0", "ends on 0"])
        #expect(alone.errorText == "popcorn: no move to node 1: /root/alone not found there\n")
        try await lab("cp", output + "_aarch64", "arm:/root/alone")
        let deleted = try await lab("exec", "x86", "/root/alone /root/alone", exit: 3)
        #expect(deleted.lines == ["starts on 0", "is on 1", "ends on 0"], "\(deleted)")
        try await lab("exec", "arm", "rm /root/alone")
        try await lab.expectNothingLeft()
    }

    @Test(
        "threads on the other node are cancelled, named, bound to processors and signalled", arguments: ["x86", "arm"])
    func cancel(origin: String) async throws {
        let lab = try await SharedLab.shared()
        let output = lab.workplace.file("cancel")
        try await lab("build", Self.root + "Tests/MultiISATests/Programs/cancel.c", "-o", output)
        try await lab("deploy", output)
        let other = origin == "x86" ? 1 : 0
        let lines = try await lab("exec", origin, "cd /root && exec ./cancel \(other)").lines
        #expect(lines.count == 20 && lines.count { $0.hasSuffix("cancelled") } == 16, "\(lines)")
        #expect(!lines.contains { $0.contains("has not moved") })
        #expect(
            lines.suffix(4) == [
                "name: worker-7, worker-7, worker-7, affinity 0 1 1", "errors: 1 1 1", "kill: 0 1",
                "stack: 1 0 1 1 1 1",
            ], "\(lines)")
        try await lab.expectNothingLeft()
    }

    @Test("memory that a node does not hold is refused, not lost, and a node that is too small is not moved to")
    func memory() async throws {
        let lab = try await SharedLab.shared()
        let output = lab.workplace.file("memory")
        try await lab("build", Self.root + "Tests/EndToEndTests/Compiled/memory.c", "-o", output)
        try await lab("deploy", output)
        let file = "/sys/module/popcorn/parameters/max_mb"
        let half = "$(awk '/^MemTotal:/ { print int($2 / 2048) }' /proc/meminfo)"
        for node in ["x86", "arm"] {
            let line = try await lab("exec", node, "echo $(cat \(file)) \(half)").lines.first ?? ""
            let sizes = line.split(separator: " ")
            #expect(sizes.count == 2 && sizes.first == sizes.last, "max_mb and half of the memory on \(node): \(sizes)")
        }
        try await lab("exec", "--all", "echo 32 >\(file)")
        try await lab.repairing({ try await $0("exec", "--all", "echo \(half) >\(file)") }) { lab in
            let full = try await lab("exec", "x86", "cd /root && exec ./memory 0 6")
            #expect(full.lines == ["refused", "6 MiB on 1", "0 more", "6 MiB on 0", "again"], "\(full)")
            // Two at a time, each with all that it may have.
            let pair = "./memory 0 2 & ./memory 0 2 && wait $!"
            let both = try await lab("exec", "x86", "cd /root && \(pair)").lines
            #expect(both.count { $0 == "again" } == 2 && both.count { $0 == "refused" } == 2, "\(both)")
            try await lab("exec", "arm", "echo 16 >\(file)")
            let large = try await lab("exec", "x86", "cd /root && exec ./memory 0 6")
            #expect(large.lines == ["refused", "6 MiB on 0", "0 more", "6 MiB on 0", "again"], "\(large)")
            #expect(large.errorText.contains("no move to node 1: the node does not hold as much memory"))
            let small = try await lab("exec", "x86", "cd /root && exec ./memory 0 2")
            #expect(small.lines == ["refused", "2 MiB on 1", "0 more", "2 MiB on 0", "again"], "\(small)")
            try await lab("exec", "x86", "echo 8 >\(file)")
            let data = try await lab("exec", "x86", "cd /root && exec ./memory 12 1", exit: 135)
            #expect(data.lines == ["refused", "1 MiB on 1", "0 more", "1 MiB on 0", "again"], "\(data)")
            #expect(data.errorText.contains("popcorn: no memory for what lies at 0x"), "\(data)")
        }
        try await lab.expectNothingLeft()
    }

    @Test("a program whose thread is lost with a node says so, and ends")
    func lost() async throws {
        let lab = try await SharedLab.shared()
        try await prepare("ends", lab)
        try await EndToEnd.MessageLayer.with(EndToEnd.MessageLayer.impatient) { lab in
            let ending = try await lab("exec", "x86", "cd /root && exec ./ends spin", exit: 69) { line, _ in
                guard line == "on the other node" else { return }
                do { try await lab("net", "cut", "arm") } catch { Issue.record(error) }
            }
            #expect(ending.errorText.contains("node 1 was lost, and with it thread 0 of this program"), "\(ending)")
        }
        try await lab.expectNothingLeft()
    }

    @Test("streams, descriptors, names and children are the origin's, from both nodes", arguments: ["x86", "arm"])
    func files(origin: String) async throws {
        let lab = try await SharedLab.shared()
        try await prepare("files", lab)
        let stayed = try await lab.host("sh", "-c", "exec " + lab.workplace.file("files")).lines
        let moved = try await lab("exec", origin, "cd /root && exec ./files").lines
        #expect(stayed.prefix { $0 != "line 0" } == moved.prefix { $0 != "line 0" })
        // Those of four threads come in any order.
        #expect(stayed.sorted() == moved.sorted())
        try await lab.expectNothingLeft()
    }

    @Test(
        "what libc gave means the same on every kernel", arguments: ["kept", "locales", "zones"], ["x86", "arm"])
    func kept(name: String, origin: String) async throws {
        let lab = try await SharedLab.shared()
        let output = lab.workplace.file(name)
        if access(output, X_OK) != 0 {
            try await lab(
                "build", Self.root + "Tests/MultiISATests/Programs/\(name).c", "-o", output, "--", "-O2", "-w")
            try await lab("deploy", output)
        }
        let stayed = try await lab("exec", origin, "cd /root && exec ./\(name)")
        let arrivals = "awk '/ THREAD_ARRIVE sent/ { print $5 }' /proc/popcorn_stat"
        let before = try await lab("exec", origin, arrivals).lines.first.flatMap { Int($0) } ?? 0
        let moved = try await lab("exec", origin, "cd /root && POPCORN_MIGRATE_EVERY=3 exec ./\(name)")
        #expect(!stayed.output.isEmpty && stayed.lines == moved.lines)
        let after = try await lab("exec", origin, arrivals).lines.first.flatMap { Int($0) } ?? 0
        #expect(after > before + 2)
        try await lab.expectNothingLeft()
    }

    @Test("the tutorial's programs print what is expected, started on either node", arguments: ["x86", "arm"])
    func tutorial(origin: String) async throws {
        try await CompiledLab(try await SharedLab.shared()).checkTutorial(on: origin)
    }

    @Test("ten thousand hops at more than a hundred places change nothing of what a program computes")
    func torture() async throws {
        let lab = CompiledLab(try await SharedLab.shared())
        let report = try await lab.compare("torture", "--hops 10100", on: "x86", limit: .seconds(300))
        #expect(report.made >= 10_000 && report.places >= 100, "\(report)")
    }

    @Test("threads on different nodes use every kind of synchronisation", arguments: ["x86", "arm"])
    func threads(origin: String) async throws {
        let lab = CompiledLab(try await SharedLab.shared())
        let report = try await lab.compare(
            "torture-threads", "--hops 150 --every 2", on: origin, limit: .seconds(200))
        #expect(report.made > 400, "\(report)")
    }

    @Test("no outcome that the memory model forbids", arguments: ["x86", "arm"])
    func memoryModel(origin: String) async throws {
        try await CompiledLab(try await SharedLab.shared()).checkMemoryModel(iterations: 50, on: origin)
    }
}

/// A lab with the programs of `Images/programs` that test compiled code.
struct CompiledLab {
    let lab: Lab

    init(_ lab: Lab) { self.lab = lab }

    struct Report {
        var asked: Int
        var made: Int
        var places: Int
    }

    private static let shipped =
        String(#filePath.dropLast("Tests/EndToEndTests/CompiledProgramTests.swift".count)) + "Images/programs"

    /// Builds a folder of programs, by their makefile.
    ///
    /// - Returns: the directory of the programs.
    func make(_ name: String, _ target: String = "all") async throws -> String {
        let directory = lab.workplace.file("made-" + name)
        try Directories.create(directory)
        try await lab.host(
            "make", "-s", "-j2", "-C", directory, "-f", "\(Self.shipped)/\(name)/Makefile", target,
            "POPCORN_LAB=" + lab.workplace.popcornLab.executable, limit: .seconds(300))
        return directory
    }

    /// Runs each program of the tutorial that moves by itself, and compares what it prints with what it should.
    func checkTutorial(on origin: String) async throws {
        let directory = try await make("tutorial")
        let nodes = try await lab.status().nodes
        let id = try #require(nodes.first { $0.name == origin }).id
        let expectations = Self.shipped + "/tutorial/expected"
        for file in try FileManager.default.contentsOfDirectory(atPath: expectations).sorted() {
            let name = String(file.dropLast(".txt".count))
            let expected = try ExpectedOutput(
                parsing: String(contentsOfFile: "\(expectations)/\(file)", encoding: .utf8))
            guard !expected.isMovedFromOutside else { continue }
            try await lab("deploy", "\(directory)/\(name)")
            let ending = try await lab("exec", origin, "cd /root && exec ./\(name)", limit: .seconds(120))
            let difference = expected.firstDifference(in: ending.text, origin: id, nodes: nodes.count)
            #expect(difference == nil, "\(name) on \(origin)")
        }
        try await lab.expectNothingLeft()
    }

    /// Runs a program that hops by itself, and compares what it prints with a build by clang -O2.
    func compare(_ name: String, _ arguments: String, on node: String, limit: Duration) async throws -> Report {
        let directory = try await make(name)
        _ = try await make(name, "plain")
        try await lab("deploy", "\(directory)/\(name)")
        let plain = try await lab.host("sh", "-c", "exec \(directory)/\(name).plain \(arguments)", limit: limit)
        let moved = try await lab("exec", node, "cd /root && exec ./\(name) \(arguments)", limit: limit)
        #expect(!plain.text.isEmpty && moved.text == plain.text)
        try await lab.expectNothingLeft()
        return try report(moved.errorText)
    }

    func checkMemoryModel(iterations: Int, on node: String, limit: Duration = .seconds(240)) async throws {
        let directory = try await make("memory-model")
        try await lab("deploy", "\(directory)/memory-model")
        let result = try await lab(
            "exec", node, "cd /root && exec ./memory-model --iterations \(iterations)", limit: limit)
        #expect(result.lines.last == "total: 0 forbidden", "\(result)")
        try await lab.expectNothingLeft()
    }

    /// `hops: 519 asked for, 519 made, at 22 places`, the last line of a program's stderr.
    private func report(_ text: String) throws -> Report {
        let line = try #require(text.split(separator: "\n").last { $0.hasPrefix("hops: ") }, "\(text)")
        let numbers = line.split { !$0.isNumber }.compactMap { Int($0) }
        try #require(numbers.count == 3)
        return Report(asked: numbers[0], made: numbers[1], places: numbers[2])
    }
}
