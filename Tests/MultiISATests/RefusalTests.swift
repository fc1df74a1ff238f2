import FoundationEssentials
import Testing

/// Each file of `Programs/refused` says in comments what is refused where: `// expect: LINE: FUNCTION: WORDS`.
@Suite struct RefusalTests {
    @Test(
        "what cannot move is refused with file, line, function and reason",
        arguments: ["assembly", "builtins", "calls", "complex_float", "float128", "float16", "musttail", "setjmp"])
    func refused(name: String) async throws {
        let bench = try Workbench()
        let source = "\(Workbench.programs)/refused/\(name).c"
        let text = try String(contentsOfFile: source, encoding: .utf8)
        let outcome = try await bench.popcornCC([source, "-o", bench.path("refused")])
        #expect(outcome.status == 1)
        #expect(!FileManager.default.fileExists(atPath: bench.path("refused")))
        let errors = outcome.messages.split(separator: "\n").filter { $0.contains(": error: cannot migrate: ") }
        let expectations = text.split(separator: "\n").compactMap { line in
            line.components(separatedBy: "// expect: ").dropFirst().first?.components(separatedBy: ": ")
        }
        #expect(errors.count == expectations.count, "\(outcome.messages)")
        for expected in expectations {
            let place = "\(source):\(expected[0]):"
            #expect(
                errors.contains {
                    $0.hasPrefix(place) && $0.hasSuffix("[in \(expected[1])]") && $0.contains(expected[2])
                }, "\(expected) in:\n\(outcome.messages)")
        }
    }

    @Test("no object is left of a file with something in it that cannot move")
    func noObject() async throws {
        let bench = try Workbench()
        let source = "\(Workbench.programs)/refused/assembly.c"
        let outcome = try await bench.popcornCC(["-c", source, "-o", bench.path("refused.o")])
        #expect(outcome.status == 1)
        #expect(!FileManager.default.fileExists(atPath: bench.path("refused.o")))
    }

    @Test("a function of the program is not taken for the one of libc that has its name")
    func ownNames() async throws {
        let bench = try Workbench()
        // The table has clone (refused), exec* and msg* (warnings).
        try """
        int clone(int), execute(int), msg_length(int);
        int main(void) { return clone(1) + execute(2) + msg_length(3) != 12; }
        """.write(toFile: bench.path("main.c"), atomically: false, encoding: .utf8)
        try """
        int clone(int n) { return 2 * n; }
        int execute(int n) { return 2 * n; }
        int msg_length(int n) { return 2 * n; }
        """.write(toFile: bench.path("names.c"), atomically: false, encoding: .utf8)
        for source in ["main", "names"] {
            let outcome = try await bench.popcornCC(["-c", bench.path("\(source).c"), "-o", bench.path("\(source).o")])
            #expect(outcome.status == 0 && outcome.messages.isEmpty, "\(outcome.messages)")
        }
        let outcome = try await bench.popcornCC([
            bench.path("main.o"), bench.path("names.o"), "-o", bench.path("names"),
        ])
        #expect(outcome.status == 0 && outcome.messages.isEmpty, "\(outcome.messages)")
        #expect(try await bench.run(bench.path("names")).status == 0)
        let missing = try await bench.popcornCC([bench.path("main.o"), "-o", bench.path("missing")])
        #expect(missing.messages.contains("main.c:2: error: cannot migrate: calls clone: "))
    }

    @Test("what binds a program to its node is a warning")
    func warned() async throws {
        let bench = try Workbench()
        try "#include <locale.h>\nint main(void) {\n\treturn !uselocale(0);\n}\n"
            .write(toFile: bench.path("locale.c"), atomically: false, encoding: .utf8)
        let outcome = try await bench.popcornCC([bench.path("locale.c"), "-o", bench.path("locale")])
        #expect(outcome.status == 0)
        #expect(outcome.messages.contains("locale.c:3: warning: not on another node: calls uselocale"))
    }
}
