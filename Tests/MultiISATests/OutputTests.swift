import FoundationEssentials
import Support
import Testing

/// Where popcorn-cc writes. No test names anything below /dev but standard streams, which popcorn-cc knows by name.
@Suite struct CompilerOutputTests {
    let bench: Workbench
    init() throws {
        bench = try Workbench()
        try "#include \"x.h\"\nint main(void) { return X; }\n"
            .write(toFile: bench.path("x.c"), atomically: false, encoding: .utf8)
        try "#define X 0\n".write(toFile: bench.path("x.h"), atomically: false, encoding: .utf8)
    }

    /// The ways to an output, and whether it can be told from the first bytes.
    static let ways: [[String]] = [["-c"], ["-S"], ["-E"], [], ["-r"], ["-M"], ["-c", "-o", "x.o", "-MD", "-MF"]]

    @Test(
        "a device is written to, and nothing appears beside it", .enabled(if: getuid() == 0, "only root makes devices"))
    func device() async throws {
        let null: dev_t = 1 << 8 | 3
        try #require(mknod(bench.path("null"), S_IFCHR | 0o600, null) == 0)
        for way in Self.ways {
            let outcome = try await bench.popcornCC(output(way, "null"))
            #expect(outcome.status == 0, "\(way): \(outcome.messages)")
            #expect(try kind("null") == S_IFCHR)
        }
        #expect(try names() == ["null", "x.c", "x.h", "x.o"])
    }

    @Test("what a symbolic link points to is written; the link stays, and the other ISA's program lies beside the file")
    func link() async throws {
        for way in Self.ways {
            try "old".write(toFile: bench.path("target"), atomically: false, encoding: .utf8)
            unlink(bench.path("link"))
            try #require(symlink("target", bench.path("link")) == 0)
            let outcome = try await bench.popcornCC(output(way, "link"))
            #expect(outcome.status == 0, "\(way): \(outcome.messages)")
            #expect(try kind("link") == S_IFLNK)
            #expect(
                FileManager.default.contents(atPath: bench.path("target"))?.starts(with: Array("old".utf8)) == false)
        }
        #expect(try names() == ["link", "target", "target_aarch64", "target_x86-64", "x.c", "x.h", "x.o"])
    }

    @Test("- and /dev/stdout are standard output")
    func standardOutput() async throws {
        for way in Self.ways {
            for name in ["-", "/dev/stdout"] {
                // Bitcode and programs are no text: the shell counts the bytes.
                let words = ([try Workbench.compiler()] + output(way, name)).joined(separator: " ")
                let outcome = try await bench.run(
                    "sh", ["-c", "\(words) | wc -c"], environment: ["POPCORN_LAB_ROOT": Workbench.root])
                #expect(Int(outcome.output.filter { $0.isNumber }) ?? 0 > 5, "\(way) \(name): \(outcome.messages)")
            }
        }
        #expect(try names() == ["x.c", "x.h", "x.o"])
    }

    @Test("rules for make have gcc's names and targets")
    func rules() async throws {
        for (arguments, file, rule) in [
            (["-MD", "-c", "x.c"], "x.d", "x.o: x.c x.h\n"),
            (["-MD", "-c", "x.c", "-o", "y.obj"], "y.d", "y.obj: x.c x.h\n"),
            (["-MMD", "x.c", "-o", "prog"], "prog.d", "prog: x.c x.h\n"),
            (["-MM", "x.c", "-o", "z.d"], "z.d", "x.o: x.c x.h\n"),
            (["-Wp,-MD,w.d", "-E", "x.c", "-o", "w.i"], "w.d", "x.o: x.c x.h\n"),
        ] {
            let outcome = try await bench.popcornCC(arguments)
            #expect(outcome.status == 0, "\(outcome.messages)")
            #expect((try? String(contentsOfFile: bench.path(file), encoding: .utf8)) == rule, "\(arguments)")
        }
        #expect(try await bench.popcornCC(["-MM", "-MT", "a b", "x.c"]).output == "a b: x.c x.h\n")
    }

    @Test("a compilation that fails leaves no older object, but does not touch what is no file")
    func failure() async throws {
        try "int f(void) { return undeclared; }\n".write(
            toFile: bench.path("bad.c"), atomically: false, encoding: .utf8)
        for name in ["bad.o", "target"] {
            try "old".write(toFile: bench.path(name), atomically: false, encoding: .utf8)
        }
        symlink("target", bench.path("link"))
        for name in ["bad.o", "link"] {
            #expect(try await bench.popcornCC(["-c", "bad.c", "-o", name]).status == 1)
        }
        #expect(try names() == ["bad.c", "link", "target", "x.c", "x.h"])
    }

    private func output(_ way: [String], _ name: String) -> [String] {
        way.last == "-MF" ? way + [name, "x.c"] : way + ["x.c", "-o", name]
    }

    private func kind(_ name: String) throws -> mode_t {
        var status = stat()
        try #require(lstat(bench.path(name), &status) == 0)
        return status.st_mode & S_IFMT
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: bench.directory).sorted()
    }
}
