import FoundationEssentials
import MultiISA
import Testing

/// long double has the format of double, in the program and towards libc.
@Suite struct LongDoubleTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    @Test(
        "long double computes, prints and scans as double does, at every migration point",
        arguments: [[], ["-O0"], ["-fmigration-checks=all"]])
    func everyUse(options: [String]) async throws {
        let reference = "\(Workbench.programs)/long-double-reference.h"
        let expected = try await bench.run(
            bench.buildPlain("long-double", ["-mlong-double-64", "-D_GNU_SOURCE", "-include", reference]))
        #expect(
            expected.output.hasPrefix(
                "size 8 24 align 8\nmant 53 dig 15 decimal 17 17 exp -1021 1024 10exp -307 308 subnormal 1\n"))
        let program = try await bench.build("long-double", ["-D_GNU_SOURCE"] + options)
        for hops in ["max=0", "cover=1", "every=1,max=300"] {
            let (outcome, count) = try await bench.run(program, hops: hops)
            #expect(outcome.output == expected.output, "\(outcome.messages)")
            #expect(outcome.messages.contains("1234.567890 warnx"))
            #expect(outcome.status == 0)
            #expect(hops == "max=0" ? count == 0 : count > 10)
        }
    }

    @Test("a constant format costs nothing at run time, whichever of several is chosen")
    func constantFormats() async throws {
        let after = try await transformed(
            """
            #include <stdio.h>
            #include <wchar.h>
            int main(int argc, char **argv) {
                long double x = argc;
                printf("constant %Lf\\n", x);
                printf(argc > 1 ? "%d many\\n" : "%d one\\n", argc);
                wprintf(L"%Lg\\n", x);
                return scanf("%*Le %Lf", &x);
            }

            """)
        #expect(after.contains("constant %f\\0A"))
        #expect(after.contains(#"c"%*le %lf\00""#))
        #expect(after.contains("i32 37, i32 103, i32 10, i32 0"))
        for name in ["printf", "wprintf", "scanf"] { #expect(after.contains("...) @\(name)(")) }
        #expect(!after.contains("@__popcorn_v"))
    }

    @Test("a format that is chosen or made at run time is looked at then")
    func otherFormats() async throws {
        let after = try await transformed(
            """
            #include <stdio.h>
            int main(int argc, char **argv) {
                printf(argc > 1 ? "%d many\\n" : "%.0Lf one\\n", (long double)argc);
                return sscanf("1", argv[1], &argc);
            }

            """)
        #expect(after.contains("@__popcorn_vprintf(") && after.contains("@__popcorn_vsscanf("))
        #expect(!after.contains("...) @printf(") && !after.contains("...) @sscanf("))
    }

    @Test("every libc function for long double has its twin on each ISA, and a pointer to it is the twin's")
    func twins() async throws {
        let names = LibcTable.markdown.split(separator: "\n").filter { $0.hasPrefix("| double |") }
            .flatMap { $0.split(separator: "|")[1].split(separator: " ").map { $0.filter { $0 != "`" } } }
        #expect(names.count > 80)
        let source = """
            #define _GNU_SOURCE
            #include <complex.h>
            #include <math.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <wchar.h>
            void *volatile all[] = {\(names.map { "(void *)\($0)" }.joined(separator: ", "))};
            int main(void) {
                void *volatile sine = (void *)sinl, *volatile toward = (void *)nexttoward;
                printf("%zu %d %d\\n", sizeof all / sizeof *all, sine == (void *)sin, toward == (void *)nextafter);
                return 0;
            }

            """
        try source.write(toFile: bench.path("twins.c"), atomically: false, encoding: .utf8)
        let outcome = try await bench.popcornCC([bench.path("twins.c"), "-o", bench.path("twins")])
        try #require(outcome.status == 0, "\(outcome.messages)")
        #expect(try await bench.run(bench.path("twins")).output == "\(names.count) 1 1\n")
    }

    @Test("what the program defines is its own: a function of libc's name, a static function of the twin's")
    func ownFunctions() async throws {
        let files = [
            "own.c": """
            long double frexpl(long double x, int *exponent) { *exponent = 77; return x + 1; }

            """,
            "static.c": """
            static __attribute__((noinline)) double lgamma(double x) { return x + 1000; }
            static __attribute__((noinline)) double round(double x) { return x + 2000; }
            double own(double x) { return lgamma(x) + round(x); }

            """,
            "main.c": """
            #include <math.h>
            #include <stdio.h>
            double own(double);
            int main(int argc, char **argv) {
                int exponent;
                long double x = frexpl(argc, &exponent);
                printf("%Lg %d %g %Lg\\n", x, exponent, own(argc), lgammal(argc + 4));
                printf("%Lg\\n", roundl(argc + 0.5L));
                return 0;
            }

            """,
        ]
        for (name, text) in files {
            try text.write(toFile: bench.path(name), atomically: false, encoding: .utf8)
        }
        let outcome = try await bench.popcornCC(files.keys.map { bench.path($0) } + ["-o", bench.path("own")])
        try #require(outcome.status == 0, "\(outcome.messages)")
        for program in [("own", []), ("qemu-aarch64", [bench.path("own_aarch64")])] {
            let path = program.0 == "own" ? bench.path("own") : program.0
            #expect(try await bench.run(path, program.1).output == "2 77 3002 3.17805\n2\n")
        }
    }

    /// The module of a program after all passes, as text.
    private func transformed(_ source: String) async throws -> String {
        try source.write(toFile: bench.path("formats.c"), atomically: false, encoding: .utf8)
        let outcome = try await bench.popcornCC([bench.path("formats.c"), "-save-temps", "-o", bench.path("formats")])
        try #require(outcome.status == 0, "\(outcome.messages)")
        let folder = try #require(outcome.messages.split(separator: "\n").last?.split(separator: " ").last)
        defer { try? FileManager.default.removeItem(atPath: String(folder)) }
        return try String(contentsOfFile: "\(folder)/after.ll", encoding: .utf8)
    }
}
