import FoundationEssentials
import Testing

/// Each file of `Programs/refused` says in comments what is refused where: `// expect: LINE: FUNCTION: WORDS`.
@Suite struct RefusalTests {
    @Test(
        "what cannot move is refused with file, line, function and reason",
        arguments: ["assembly", "builtins", "complex_float", "float16", "long_double", "musttail", "setjmp"])
    func refused(name: String) async throws {
        let bench = try Workbench()
        let source = "\(Workbench.programs)/refused/\(name).c"
        let text = try String(contentsOfFile: source, encoding: .utf8)
        let outcome = try await bench.popcornCC(["-c", source, "-o", bench.path("refused.o")])
        #expect(outcome.status == 1)
        #expect(!FileManager.default.fileExists(atPath: bench.path("refused.o")))
        let errors = outcome.messages.split(separator: "\n").filter { $0.contains(": error: cannot migrate: ") }
        let expectations = text.split(separator: "\n").compactMap { line in
            line.components(separatedBy: "// expect: ").dropFirst().first?.components(separatedBy: ": ")
        }
        #expect(errors.count == expectations.count, "\(outcome.messages)")
        for expected in expectations {
            let place = expected[0] == "0" ? "\(source):" : "\(source):\(expected[0]):"
            #expect(
                errors.contains {
                    $0.hasPrefix(place) && $0.hasSuffix("[in \(expected[1])]") && $0.contains(expected[2])
                }, "\(expected) in:\n\(outcome.messages)")
        }
    }

    @Test("what binds a program to its node is a warning")
    func warned() async throws {
        let bench = try Workbench()
        try "#include <sys/socket.h>\nint main(void) {\n\treturn socket(1, 1, 0) < 0;\n}\n"
            .write(toFile: bench.path("socket.c"), atomically: false, encoding: .utf8)
        let outcome = try await bench.popcornCC([bench.path("socket.c"), "-o", bench.path("socket")])
        #expect(outcome.status == 0)
        #expect(outcome.messages.contains("socket.c:3: warning: not on another node: calls socket"))
    }
}
