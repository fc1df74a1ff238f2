import FoundationEssentials
import Testing

/// Archives and objects, resolved as a linker for cc does. Every program prints what it is made of.
@Suite struct ArchiveTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    @Test("a C99 inline function whose external definition is in an archive", arguments: [true, false])
    func inlineFunction(archiveFirst: Bool) async throws {
        let body =
            "inline int f(int n) { int s = 0; for (int i = 0; i < n; i++) s += n > 2 ? f(n / 2) : i; return s; }\n"
        try await archive("l.a", ["l": "extern \(body)"])
        try await object(
            "m",
            "\(body)int puts(const char *); int (*volatile p)(int) = f;\n"
                + "int main(int c, char **v) { return f(c + 3) + p(2) - 3 - !!puts(\"ran\"); }\n")
        try await expect("ran", linking: archiveFirst ? ["l.a", "m.o"] : ["m.o", "l.a"])
    }

    @Test("main may be a member of an archive")
    func mainInArchive() async throws {
        try await archive("l.a", ["m": "int puts(const char *); int main(void) { return puts(\"main\") < 0; }"])
        try await expect("main", linking: ["l.a"])
    }

    @Test("archives that need each other, in any order")
    func order() async throws {
        try await archive(
            "a.a", ["a1": "int b1(void); int a1(void) { return b1(); }", "a2": "int a2(void) { return 7; }"])
        try await archive("b.a", ["b1": "int a2(void); int b1(void) { return a2(); }"])
        try await object("m", printing("a1()", "int a1(void);"))
        for order in [
            ["m.o", "a.a", "b.a"], ["a.a", "b.a", "m.o"], ["b.a", "m.o", "a.a"],
            ["m.o", "-Wl,--start-group", "b.a", "a.a", "-Wl,--end-group"],
        ] {
            try await expect("7", linking: order)
        }
    }

    @Test("of two archives with one symbol the first after its use counts; an object's own definition needs none")
    func precedence() async throws {
        for n in [1, 2] { try await archive("l\(n).a", ["f": "int f(void) { return \(n); }"]) }
        try await object("m", printing("f()", "int f(void);"))
        try await expect("1", linking: ["m.o", "l1.a", "l2.a"])
        try await expect("2", linking: ["m.o", "l2.a", "l1.a"])
        try await object("own", "int f(void) { return 3; }")
        try await expect("3", linking: ["m.o", "own.o", "l1.a"])
    }

    @Test("weak definitions: one of an archive serves, a strong one of an object wins, and one that is there stays")
    func weak() async throws {
        try await archive("weak.a", ["w": "__attribute__((weak)) int f(void) { return 1; }"])
        try await archive("strong.a", ["s": "int f(void) { return 2; }"])
        try await object("m", printing("f()", "int f(void);"))
        try await object("strong", "int f(void) { return 2; }")
        try await object("weak", "__attribute__((weak)) int f(void) { return 1; }")
        try await expect("1", linking: ["m.o", "weak.a", "strong.a"])
        try await expect("2", linking: ["m.o", "weak.o", "strong.o"])
        try await expect("1", linking: ["m.o", "weak.o", "strong.a"])
    }

    @Test("a weak reference takes no member, a strong one does")
    func weakReference() async throws {
        try await archive("l.a", ["s": "int optional = 5;"])
        let weak = printing("&optional ? optional : 0", "extern int optional __attribute__((weak));")
        try await object("m", weak)
        try await expect("0", linking: ["m.o", "l.a"])
        try await expect("5", linking: ["m.o", "-u", "optional", "l.a"])
        try await expect("5", linking: ["m.o", "-Wl,--whole-archive", "l.a", "-Wl,--no-whole-archive"])
    }

    @Test("common variables are one, the largest, and give way to a definition in an archive")
    func common() async throws {
        try await object(
            "m", printing("(int)(&x != other()) * 10 + x[0]", "int x[2]; void *other(void);"), ["-fcommon"])
        try await object("o", "int x[9]; void *other(void) { x[8] = 1; return x; }", ["-fcommon"])
        try await expect("0", linking: ["m.o", "o.o"])
        try await archive("l.a", ["x": "int x[9] = {4};"])
        try await expect("4", linking: ["m.o", "o.o", "l.a"])
    }

    @Test("an alias in an archive is a definition")
    func alias() async throws {
        try await archive(
            "l.a", ["a": "static int real(void) { return 6; } int f(void) __attribute__((alias(\"real\")));"])
        try await object("m", printing("f()", "int f(void);"))
        try await expect("6", linking: ["m.o", "l.a"])
    }

    @Test("members of one name, thin archives, long names, archives of GNU's ar and of BSD's")
    func formats() async throws {
        let long = "a_member_with_quite_a_long_name"
        for (folder, text) in [("p", "int f(void) { return 1; }"), ("q", "int g(void) { return 2; }")] {
            try FileManager.default.createDirectory(atPath: bench.path(folder), withIntermediateDirectories: true)
            try await object("\(folder)/\(long)", text)
        }
        let members = ["p/\(long).o", "q/\(long).o"]
        try await object("m", printing("f() * 10 + g()", "int f(void), g(void);"))
        for (tool, options) in [
            ("llvm-ar-19", ["rcS"]), ("llvm-ar-19", ["rcsT"]), ("llvm-ar-19", ["--format=bsd", "rcs"]), ("ar", ["rcS"]),
            ("ar", ["rcST"]),
        ] {
            try? FileManager.default.removeItem(atPath: bench.path("l.a"))
            let made = try await bench.run(tool, options + ["l.a"] + members)
            try #require(made.status == 0, "\(made.messages)")
            try await expect("12", linking: ["m.o", "l.a"])
        }
    }

    @Test("an archive that is cut off, and a thin one whose member is gone, are told")
    func damaged() async throws {
        try await archive("l.a", ["f": "int f(void) { return 1; }"])
        try await object("m", printing("f()", "int f(void);"))
        let whole = try Data(contentsOf: URL(filePath: bench.path("l.a")))
        try whole.dropLast(100).write(to: URL(filePath: bench.path("cut.a")))
        let made = try await bench.run("llvm-ar-19", ["rcsT", "thin.a", "f.o"])
        try #require(made.status == 0, "\(made.messages)")
        try FileManager.default.removeItem(atPath: bench.path("f.o"))
        for (name, reason) in [("cut.a", "malformed archive"), ("thin.a", "f.o")] {
            let outcome = try await bench.popcornCC(["m.o", name, "-o", "t"])
            #expect(outcome.status == 1, "\(name)")
            #expect(outcome.messages.contains("\(name): ") && outcome.messages.contains(reason), "\(outcome.messages)")
        }
    }

    @Test("a native member hurts only a program that needs it")
    func nativeMember() async throws {
        try await archive("l.a", ["f": "int f(void) { return 1; }"])
        try write("n.c", "int n(void) { return 2; }")
        try #require(try await bench.run("gcc", ["-c", "n.c"]).status == 0)
        try #require(try await bench.run("llvm-ar-19", ["rc", "l.a", "n.o"]).status == 0)
        try await object("m", printing("f()", "int f(void);"))
        try await expect("1", linking: ["m.o", "l.a"])
        try await object("m", printing("n()", "int n(void);"))
        let outcome = try await bench.popcornCC(["m.o", "l.a", "-o", "t"])
        #expect(outcome.status == 1 && outcome.messages.contains("l.a(n.o)"))
    }

    @Test("-r makes one object of several, which links like any other")
    func merge() async throws {
        try await object("a", "static int local(void) { return 1; } int a(void) { return local(); }")
        try await object("b", "static int local(void) { return 2; } int b(void) { return local(); }")
        try await archive("l.a", ["c": "int c(void) { return 4; }"])
        try await object("m", printing("a() + b() + c()", "int a(void), b(void), c(void);"))
        let outcome = try await bench.popcornCC(["-r", "-nostdlib", "a.o", "b.o", "-o", "ab.o"])
        try #require(outcome.status == 0, "\(outcome.messages)")
        try #require(try await bench.popcornCC(["-Wl,-r", "m.o", "ab.o", "-o", "all.o"]).status == 0)
        try await expect("7", linking: ["all.o", "l.a"])
        #expect(try await bench.popcornCC(["-r", "a.o", "a.o", "-o", "aa.o"]).messages.contains("'a'"))
    }

    @Test("--wrap puts a function around another; with -z muldefs the first definition counts")
    func wrap() async throws {
        try await object("f", "int f(void) { return 3; }")
        try await object("w", "int __real_f(void); int __wrap_f(void) { return __real_f() + 40; }")
        try await object("m", printing("f()", "int f(void);"))
        try await expect("43", linking: ["m.o", "f.o", "w.o", "-Wl,--wrap=f"])
        try await object("g", "int f(void) { return 4; }")
        try await expect("3", linking: ["m.o", "f.o", "g.o", "-Wl,-z,muldefs"])
    }

    // MARK: - Helpers

    private func printing(_ value: String, _ declarations: String) -> String {
        "int printf(const char *, ...); \(declarations) int main(void) { return printf(\"%d\\n\", \(value)) < 0; }"
    }

    private func write(_ name: String, _ text: String) throws {
        try "\(text)\n".write(toFile: bench.path(name), atomically: false, encoding: .utf8)
    }

    private func object(_ name: String, _ text: String, _ options: [String] = []) async throws {
        try write("\(name).c", text)
        let outcome = try await bench.popcornCC(["-O2", "-c", "\(name).c", "-o", "\(name).o"] + options)
        try #require(outcome.status == 0, "\(outcome.messages)")
    }

    private func archive(_ name: String, _ members: [String: String]) async throws {
        for (member, text) in members { try await object(member, text) }
        let made = try await bench.run("llvm-ar-19", ["rcs", name] + members.keys.sorted().map { "\($0).o" })
        try #require(made.status == 0, "\(made.messages)")
    }

    /// What the program prints, on the host's ISA; that the layouts are equal, the link checks.
    private func expect(_ output: String, linking inputs: [String]) async throws {
        let outcome = try await bench.popcornCC(inputs + ["-o", "t"])
        #expect(outcome.status == 0, "\(inputs): \(outcome.messages)")
        #expect(try await bench.run(bench.path("t")).output == output + "\n", "\(inputs)")
    }
}
