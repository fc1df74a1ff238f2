import FoundationEssentials
import Testing

@testable import MultiISAInspect

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

    @Test("binaries of two programs do not pass as one")
    func mixed() async throws {
        let one = try await bench.build("hops"), other = try await bench.build("request")
        try FileManager.default.removeItem(atPath: one + "_aarch64")
        try FileManager.default.copyItem(atPath: other + "_aarch64", toPath: one + "_aarch64")
        let error = #expect(throws: InspectError.self) { try Inspection(program: one) }
        #expect(error?.code == .mismatch)
    }

    @Test("files that popcorn-cc did not make are refused")
    func foreign() async throws {
        #expect(throws: InspectError.self) { try Inspection(program: bench.path("nothing")) }
        let error = #expect(throws: InspectError.self) { try ProgramDescription(of: LinkedELF(path: "/proc/self/exe")) }
        #expect(error?.code == .foreign)
    }

    @Test("damaged files give errors, whatever byte is damaged")
    func damaged() async throws {
        let good = try #require(FileManager.default.contents(atPath: try await bench.build("hops") + "_x86-64"))
        #expect(throws: InspectError.self) { try LinkedELF(good.prefix(63), path: "short") }
        #expect(throws: InspectError.self) { try LinkedELF(good.prefix(good.count / 2), path: "half") }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var bad = good
            bad[Int.random(in: 16..<64, using: &random)] = UInt8.random(in: 0...255, using: &random)
            let tables = bad.count - 2000
            bad[Int.random(in: tables..<bad.count, using: &random)] = 0xff
            // Either it is read or it is refused; it must not crash.
            _ = try? LinkedELF(bad, path: "random")
        }
    }
}
