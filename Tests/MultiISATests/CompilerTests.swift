import Binaries
import FoundationEssentials
import ISA
import Testing

@Suite struct CompilerTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    @Test("a program becomes two binaries with one layout and one build id, and a copy for this host")
    func threeFiles() async throws {
        let program = try await bench.build("hops")
        let x86 = try ELFFile(path: program + "_x86-64"), arm = try ELFFile(path: program + "_aarch64")
        #expect(x86.isa == .x86_64 && arm.isa == .aarch64)
        #expect(x86.buildID?.count == 40)
        #expect(x86.buildID == arm.buildID)
        let comparison = try LayoutComparison(x86, arm)
        #expect(comparison.differences.isEmpty)
        #expect(comparison.count > 10)
        let native = FileManager.default.contents(atPath: program)
        #expect(native == FileManager.default.contents(atPath: "\(program)_\(try #require(ISA.host).rawValue)"))
    }

    @Test("the N-hops hello runs on node 0, 1, 0, 1, 0, whichever node it starts on")
    func hello() async throws {
        let program = try await bench.build("hops")
        let line = { (nodes: [Int]) in nodes.map { "hello, world (node \($0))\n" }.joined() }
        let fromX86 = try await bench.run(program + "_x86-64", hops: "")
        #expect(fromX86.outcome.output == line([0, 1, 0, 1, 0]))
        #expect(fromX86.outcome.status == 3)
        #expect(fromX86.hops == 5)
        let fromArm = try await bench.run("qemu-aarch64", [program + "_aarch64"], hops: "")
        #expect(fromArm.outcome.output == line([1, 0, 1, 0, 1]))
    }

    @Test("without a lab a program stays where it is and says so once")
    func noLab() async throws {
        let program = try await bench.build("hops")
        let outcome = try await bench.run(program)
        #expect(outcome.output == String(repeating: "hello, world (node 0)\n", count: 5))
        #expect(outcome.messages.split(separator: "\n").count == 1)
        #expect(outcome.messages.contains("no lab here"))
        #expect(outcome.status == 3)
    }

    @Test("the same source gives the same build id, another source another")
    func buildID() async throws {
        let identity = { (path: String) in try ELFFile(path: path + "_aarch64").buildID }
        let first = try identity(try await bench.build("hops"))
        #expect(try identity(try await bench.build("hops", ["-DSOMETHING"])) == first)
        #expect(try identity(try await bench.build("request")) != first)
    }

    @Test("a debugger finds source lines in both binaries, in resumed code too")
    func debugInformation() async throws {
        let program = try await bench.build("hops", ["-g"])
        for isa in ISA.allCases {
            let path = "\(program)_\(isa.rawValue)"
            let symbols = try ELFFile(path: path).symbols
            for name in ["main", "main.resume"] {
                // libpopcorn has a main of its own.
                let addresses = symbols.filter { $0.name == name }.flatMap {
                    stride(from: $0.address, to: $0.address + $0.size, by: 4).map { "0x" + String($0, radix: 16) }
                }
                let lines = try await bench.run("llvm-symbolizer-19", ["-e", path] + addresses).output
                #expect(lines.contains("hops.c:6"), "\(name) in \(path)")
            }
        }
    }

    @Test("a link that cannot be says why", arguments: [("int f(void) { return 1; }", "no main")])
    func badLink(source: String, reason: String) async throws {
        try source.write(toFile: bench.path("bad.c"), atomically: false, encoding: .utf8)
        let outcome = try await bench.popcornCC([bench.path("bad.c"), "-o", bench.path("bad")])
        #expect(outcome.status == 1)
        #expect(outcome.messages.contains(reason))
        #expect(!FileManager.default.fileExists(atPath: bench.path("bad")))
    }

    @Test("a function that nobody defines is named")
    func undefinedFunction() async throws {
        try "int missing(int); int main(void) { return missing(1); }"
            .write(toFile: bench.path("undefined.c"), atomically: false, encoding: .utf8)
        let outcome = try await bench.popcornCC([bench.path("undefined.c"), "-o", bench.path("undefined")])
        #expect(outcome.status == 1)
        #expect(outcome.messages.contains("missing"))
    }
}
