import FoundationEssentials
import Testing

/// What gcc 12 warns of is no error, unless it is one for gcc too.
@Suite struct LeniencyTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    static let programs = [
        "int main(void) { return undeclared(1); }",
        "x; static y; f(a) { return a; } main() { return x + y; }",
        "int main(void) { int *p = 5; int i = p; return i; } int *g(void) { return 3; }",
        "int main(void) { int i; char *p = &i; return !p; }",
        "int a(char *c) { return !c; } int (*p)(int *) = a; void (*q)(void) = a; int main(void) { return 0; }",
        "void f(void) { return 1; } int main(void) { return 0; }",
        "int f(void) { return; } int main(void) { return 0; }",
        "int main(void) { later(); return 0; } void later(void) { }",
        "int main(void) { char *p = malloc(3); return strlen(p); }",
    ]

    @Test("doubtful programs compile with a warning; options make errors of them, as with gcc", arguments: programs)
    func doubtful(text: String) async throws {
        try "\(text)\n".write(toFile: bench.path("a.c"), atomically: false, encoding: .utf8)
        for options in [[], ["-Wall"], ["-w"], ["-w", "-Werror"], ["-Werror"], ["-std=c99", "-pedantic-errors"]] {
            let gcc = try await bench.run("gcc", options + ["-c", "a.c", "-o", "g.o"])
            let ours = try await bench.popcornCC(options + ["-c", "a.c", "-o", "a.o"])
            #expect((ours.status == 0) == (gcc.status == 0), "\(options): \(ours.messages)\(gcc.messages)")
            #expect(ours.messages.contains("a.c:1:") == !options.contains("-w"), "\(options): \(ours.messages)")
        }
    }

    @Test("one kind can be made an error by name")
    func byName() async throws {
        try "int main(void) { return undeclared(1); }\n"
            .write(toFile: bench.path("a.c"), atomically: false, encoding: .utf8)
        for (option, status) in [("implicit-function-declaration", 1), ("implicit", 1), ("int-conversion", 0)] {
            #expect(try await bench.popcornCC(["-Werror=\(option)", "-c", "a.c"]).status == Int32(status))
        }
        // What clang alone warns of unasked is no error under -Werror.
        try "int main(int c, char **v) { goto end; end: }\nint f(void) { }\n"
            .write(toFile: bench.path("b.c"), atomically: false, encoding: .utf8)
        #expect(try await bench.popcornCC(["-Werror", "-c", "b.c"]).status == 0)
        #expect(try await bench.popcornCC(["-Werror", "-Wall", "-c", "b.c"]).status == 1)
    }

    @Test("libc's functions work without a declaration, variadic ones and those that return pointers too")
    func undeclaredLibc() async throws {
        try """
        int helper();
        int main(void) {
            char *text = malloc(10), buffer[5] = {0};
            strcpy(text, "hello");
            int file = open("/etc/passwd", 0);
            printf("%s %d %g %d\\n", text, (int)strlen(text), sqrt(16.0), getpid() == gettid());
            printf("%d %d %s\\n", read(file, buffer, 4), fcntl(file, 1), buffer);
            say(helper(1, 2));
            exit(strcmp(strdup("dup"), "dup"));
        }
        int helper(int a, int b) { return a + b; }
        void say(int n) { printf("%d\\n", n); }

        """.write(toFile: bench.path("a.c"), atomically: false, encoding: .utf8)
        let outcome = try await bench.popcornCC(["-MD", "a.c", "-o", "a"])
        try #require(outcome.status == 0, "\(outcome.messages)")
        #expect(outcome.messages.contains("a.c:12:6: warning: conflicting types for 'say'"))
        #expect(try String(contentsOfFile: bench.path("a.d"), encoding: .utf8) == "a: a.c\n")
        let expected = "hello 5 4 1\n4 0 root\n3\n"
        #expect(try await bench.run(bench.path("a")).output == expected)
        #expect(try await bench.run("qemu-aarch64", [bench.path("a_aarch64")]).output == expected)
        #expect(try await bench.run(bench.path("a"), hops: "cover=1").outcome.output == expected)
    }

    @Test("what headers and libraries promise is there: crypt.h, and -l of what is in libc")
    func headers() async throws {
        try "#include <crypt.h>\nint main(void) { return sizeof(struct crypt_data) == 0; }\n"
            .write(toFile: bench.path("a.c"), atomically: false, encoding: .utf8)
        let libraries = ["c", "m", "pthread", "rt", "dl", "util", "crypt", "xnet", "resolv", "atomic"].map { "-l\($0)" }
        let outcome = try await bench.popcornCC(["a.c", "-o", "a"] + libraries)
        #expect(outcome.status == 0, "\(outcome.messages)")
        try "#include <crypt.h>\nint main(void) {\n\treturn !crypt(\"k\", \"s\");\n}\n"
            .write(toFile: bench.path("b.c"), atomically: false, encoding: .utf8)
        #expect(try await bench.popcornCC(["b.c", "-o", "b", "-lcrypt"]).messages.contains("b.c:3: error: "))
    }
}
