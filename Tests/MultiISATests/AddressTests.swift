import FoundationEssentials
import ISA
import MultiISA
import Support
import Testing

/// Addresses of functions: libc's, the program's, and those that are nowhere.
@Suite struct AddressTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    @Test("functions are called through pointers of any type that cc lets pass", arguments: ["", "every=3,max=500"])
    func pointers(hops: String) async throws {
        let environment = ["POINTERS": "set"]
        let expected = try await bench.run(bench.buildPlain("pointers"), environment: environment)
        #expect(expected.output.hasSuffix("another program\n"))
        let program = try await bench.build("pointers", ["-w"])
        let (outcome, count) = try await bench.run(program, hops: hops, environment: environment)
        #expect(outcome.output == expected.output, "\(outcome.messages)")
        #expect(count >= 10)
        let there = try await bench.run("qemu-aarch64", [program + "_aarch64"], environment: environment)
        #expect(there.output == expected.output, "\(there.messages)")
        // The handler of SIGINT is exit itself.
        #expect(try await bench.run(program, ["signal"], environment: environment).status == 2)
    }

    @Test("a function with an address does not take libc's calls of its name")
    func names() async throws {
        let program = try await bench.build("names", ["-w", "-fno-builtin"])
        let outcome = try await bench.run(program)
        #expect(outcome.output == "2 3 4\n", "\(outcome.messages)")
        #expect(outcome.status == 2)
    }

    @Test("each function of libc has one address, in code and data and on each ISA")
    func all() async throws {
        let names = try await functions().filter { !["refused", nil].contains(LibcTable.kind(of: $0)) }
            .filter { !["setjmp", "sigsetjmp", "main"].contains($0) }
        #expect(names.count > 1400)
        var source = "typedef void (*any)(void);\nint printf(const char *, ...);\n"
        for name in names { source += "extern void libc_\(name)(void) __asm__(\"\(name)\");\n" }
        source += "const char *const names[] = {\(names.map { "\"\($0)\"" }.joined(separator: ", "))};\n"
        source += "any table[] = {\(names.map { "libc_" + $0 }.joined(separator: ", "))};\n"
        source += "static int bad(any *seen) {\n\tint n = 0;\n"
        for (index, name) in names.enumerated() { source += "\tn += seen[\(index)] != libc_\(name);\n" }
        source += """
            \treturn n;
            }
            int main(void) {
            \tany *volatile seen = table;
            \tif (bad(seen)) return 1;
            \tfor (int i = 0; i < \(names.count); i++)
            \t\tprintf("%s %p\\n", names[i], (void *)seen[i]);
            \treturn 0;
            }

            """
        try source.write(toFile: bench.path("all.c"), atomically: false, encoding: .utf8)
        let built = try await bench.popcornCC(["-w", bench.path("all.c"), "-o", bench.path("all")])
        try #require(built.status == 0, "\(built.messages)")
        let here = try await bench.run(bench.path("all"))
        let there = try await bench.run("qemu-aarch64", [bench.path("all_aarch64")])
        #expect(here.status == 0 && there.status == 0)
        #expect(here.output.split(separator: "\n").count == names.count)
        #expect(here.output == there.output)
    }

    @Test("the address of a function that is refused is refused, with its place")
    func refused() async throws {
        let names = try await functions().filter { LibcTable.kind(of: $0) == "refused" }
        #expect(names.count > 20)
        let declarations = names.map { "extern void libc_\($0)(void) __asm__(\"\($0)\");" }
        let variables = names.map { "void (*p_\($0))(void) = libc_\($0);" }
        let source = (declarations + variables + ["int main(void) { return 0; }\n"]).joined(separator: "\n")
        try source.write(toFile: bench.path("refused.c"), atomically: false, encoding: .utf8)
        let outcome = try await bench.popcornCC(["-w", bench.path("refused.c"), "-o", bench.path("refused")])
        #expect(outcome.status == 1)
        for (index, name) in names.enumerated() {
            let line = "refused.c:\(names.count + index + 1): error: cannot migrate: takes the address of \(name): "
            #expect(outcome.messages.contains(line), "\(outcome.messages)")
        }
    }

    @Test("what a weak reference does not find is null", arguments: [["-O0"], ["-O2", "-g"]])
    func weak(options: [String]) async throws {
        for name in ["main", "other", "in_archive", "asked_for"] {
            let source = "\(Workbench.programs)/weak/\(name).c"
            let object = bench.path("\(name).o")
            try #require(try await bench.popcornCC(options + ["-c", source, "-o", object]).status == 0)
        }
        let archive = bench.path("lib.a"), program = bench.path("weak")
        let members = [bench.path("in_archive.o"), bench.path("asked_for.o")]
        try await bench.run("llvm-ar-19", ["rc", archive] + members)
        let objects = [bench.path("main.o"), bench.path("other.o")]
        let built = try await bench.popcornCC(objects + [archive, "-o", program])
        try #require(built.status == 0, "\(built.messages)")
        let (outcome, hops) = try await bench.run(program, hops: "every=2,max=50")
        #expect(
            outcome.output == """
                str_hook -1 -1
                by_pragma -1 -1
                referred -1 -1
                other 10 2
                weakly 20 -1
                both 101 -1
                named 8 -1
                aliased 201 -1
                in_archive -1 -1
                asked_for 6 -1
                null 1 1 1
                libc 1 1 1 1 -1

                """, "\(outcome.messages)")
        #expect(outcome.status == 0)
        #expect(hops > 10)
        let there = try await bench.run("qemu-aarch64", [program + "_aarch64"])
        #expect(there.output == outcome.output, "\(there.messages)")
        // A call of what is not there faults, as it does elsewhere.
        #expect(try await bench.run(program, ["call"]).status == 128 + 11)
        // What one file wants and another would only like to have must be there.
        let missing = try await bench.popcornCC(objects + ["-o", bench.path("missing")])
        #expect(missing.status == 1)
        #expect(missing.messages.contains("asked_for"))
    }

    @Test("an allocator of the program's own, which libc does not use, is warned of")
    func ownAllocator() async throws {
        let allocator =
            "static char room[4096], *next = room;\n"
            + "void *malloc(unsigned long n) { char *p = next; next += n + 15 & -16; return p; }\n"
            + "void free(void *p) { (void)p; }\nint main(void) { free(malloc(4)); return next - room != 16; }\n"
        func link(_ text: String, _ options: [String] = []) async throws -> Workbench.Outcome {
            let path = bench.path("own.c")
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            return try await bench.popcornCC(["-fno-builtin", path, "-o", bench.path("own")] + options)
        }
        let warned = try await link(allocator)
        #expect(warned.status == 0)
        #expect(warned.messages.contains("warning: the program defines free, malloc, "), "\(warned.messages)")
        #expect(warned.messages.split(separator: "\n").count == 1)
        #expect(try await bench.run(bench.path("own")).status == 0)
        #expect(try await link(allocator, ["-w"]).messages.isEmpty)
        let local = allocator.replacing("\nvoid ", with: "\nstatic void ")
        let silent = try await link(local)
        #expect(silent.status == 0 && silent.messages.isEmpty, "\(silent.messages)")
    }

    /// The functions that libc defines for both ISAs, without those whose names C reserves.
    private func functions() async throws -> [String] {
        _ = try await bench.build("hops")
        let cache = Directories(environment: ProcessInfo.processInfo.environment).cache
        var common: Set<String>?
        for isa in ISA.allCases {
            let libc = "\(cache)/sysroots/musl/\(isa.rawValue)/usr/lib/\(isa.muslTriplet)/libc.a"
            let lines = try await bench.run("llvm-nm-19", ["-g", "--defined-only", libc]).output.split(separator: "\n")
            var names: Set<String> = []
            for line in lines {
                let words = line.split(separator: " ")
                guard words.count == 3, words[1] == "T" || words[1] == "W" else { continue }
                if words[2].first?.isLetter == true { names.insert(String(words[2])) }
            }
            common = common?.intersection(names) ?? names
        }
        return (common ?? []).sorted()
    }
}
