import Binaries
import FoundationEssentials
import Support
import Testing

@Suite struct InspectTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    @Test("the description lists functions, frames and migration points, the same in both binaries")
    func description() async throws {
        let program = try await bench.build("torture")
        let inspection = try Inspection(program: program)
        #expect(inspection.description.policy == "outer")
        #expect(inspection.description.checks > 10)
        let names = Set(inspection.description.functions.map(\.name))
        #expect(names.isSuperset(of: ["main", "fibonacci", "change_big", "variable"]))
        // It cannot reach a migration point.
        #expect(!names.contains("heavy"))
        let growing = inspection.description.functions.filter(\.grows).map(\.name)
        #expect(growing.contains("variable") && !growing.contains("fibonacci"))
        let big = try #require(inspection.description.functions.first { $0.name == "large" })
        #expect(big.frameSize >= 16384 && big.frameSize % 16 == 0)
        #expect(inspection.description.function(ofSite: big.firstSite)?.name == "large")
        #expect(inspection.description.function(ofSite: 0) == nil)
        #expect(inspection.differences.isEmpty)
        #expect(inspection.sections.contains { $0.name == ".text" && $0.sizes.count == 2 })
    }

    @Test("what holds a thread on its node is told with place and reason")
    func holds() async throws {
        let description = try Inspection(program: try await bench.build("holds")).description
        func hold(_ kind: Hold.Kind) throws -> Hold {
            let found = description.holds.filter { $0.kind == kind && !["visible", "handler"].contains($0.function) }
            try #require(found.count == 1, "\(description.holds)")
            return found[0]
        }
        let short = try hold(.short)
        #expect(short.function == "brief" && short.place?.hasSuffix("/holds.c:11") == true)
        let callback = try hold(.callback)
        #expect(callback.function == "list" && callback.place?.hasSuffix("/holds.c:30") == true)
        #expect(callback.reason == "calls scandir, which calls visible: no move until it returns")
        let local = try hold(.nodeLocal)
        #expect(local.function == "look" && local.place?.hasSuffix("/holds.c:35") == true)
        #expect(local.reason == "calls uselocale: the thread's locale is in effect on this node only")
        let signal = try hold(.signalHandler)
        #expect(signal.function == "main" && signal.line == 47)
        #expect(signal.reason.contains("handler runs on a shadow stack"))
        // The library's own functions are no concern of the program's author, and loops have checks.
        #expect(description.holds.allSatisfy { $0.file?.hasSuffix("/holds.c") == true && $0.kind != .loop })
        let error = #expect(throws: BinaryError.self) { try description.function(named: "brief") }
        #expect(error?.summary.contains("calls nothing") == true)
    }

    @Test("fewer checks leave loops and functions that hold a thread", arguments: ["entry", "none"])
    func holdsOfPolicy(policy: String) async throws {
        let program = try await bench.build("holds", ["-fmigration-checks=\(policy)"])
        let holds = try Inspection(program: program).description.holds
        let spin = try #require(holds.first { $0.function == "spin" }, "\(holds)")
        #expect(spin.kind == (policy == "entry" ? .loop : .noPoint))
        #expect(spin.line == (policy == "entry" ? 40 : 38))
        #expect(holds.contains { $0.function == "list" && $0.kind == .noPoint } == (policy == "none"))
        #expect(!holds.contains { $0.function == "main" && $0.kind == .noPoint })
    }

    @Test("a description without holds, of an older compiler, is read")
    func older() throws {
        let text = #"{"buildID":"0","checks":1,"functions":[],"policy":"outer"}"#
        #expect(try JSONDecoder().decode(ProgramDescription.self, from: Data(text.utf8)).holds.isEmpty)
    }

    @Test("binaries of two programs do not pass as one")
    func mixed() async throws {
        let one = try await bench.build("hops"), other = try await bench.build("request")
        try FileManager.default.removeItem(atPath: one + "_aarch64")
        try FileManager.default.copyItem(atPath: other + "_aarch64", toPath: one + "_aarch64")
        let error = #expect(throws: BinaryError.self) { try Inspection(program: one) }
        #expect(error?.code == .mismatch)
    }

    @Test("files that popcorn-cc did not make are refused")
    func foreign() async throws {
        #expect(throws: BinaryError.self) { try Inspection(program: bench.path("nothing")) }
        let error = #expect(throws: BinaryError.self) { try ProgramDescription(of: ELFFile(path: "/proc/self/exe")) }
        #expect(error?.code == .foreign)
    }

    @Test("damaged files give errors, whatever byte is damaged")
    func damaged() async throws {
        let good = Array(try #require(FileManager.default.contents(atPath: try await bench.build("hops") + "_x86-64")))
        #expect(throws: BinaryError.self) { try ELFFile(Array(good.prefix(63)), name: "short") }
        #expect(throws: BinaryError.self) { try ELFFile(Array(good.prefix(good.count / 2)), name: "half") }
        // Either such a file is read or it is refused; it must not crash. The header and the sections' headers tell where
        // things are and how many: every byte in turn of the header, of the first section and of the symbol table.
        let reader = ByteReader(good, failure: BinaryError(.format, "good"))
        let table = Int(try reader.number(at: 40, as: UInt64.self))
        let symbols = try #require(
            try (0..<Int(reader.number(at: 60, as: UInt16.self))).map { table + $0 * 64 }
                .first { try reader.number(at: $0 + 4, as: UInt32.self) == 2 })
        for place in [16..<64, table..<table + 64, symbols..<symbols + 64].joined() {
            for value: UInt8 in [0, 0x7f, 0xff] {
                var bad = good
                bad[place] = value
                _ = try? ELFFile(bad, name: "byte \(place) is \(value)").symbols
            }
        }
        // So many symbols that no memory holds them.
        var vast = good
        vast[symbols + 32 + 5] = 2
        #expect(throws: BinaryError.self) { try ELFFile(vast, name: "vast").symbols }
    }
}
