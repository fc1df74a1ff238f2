import FoundationEssentials
import Testing

/// `make test-long`.
enum LongTests {
    static let areWanted = ProcessInfo.processInfo.environment["POPCORN_LAB_TEST_LONG"] != nil
}

extension EndToEnd.Long {
    @Test("a hundred thousand hops, with ten seeds", arguments: 1...10)
    func torture(seed: Int) async throws {
        let lab = CompiledLab(try await SharedLab.shared())
        let report = try await lab.compare(
            "torture", "--hops 10100 --seed \(seed)", on: seed.isMultiple(of: 2) ? "x86" : "arm", limit: .seconds(600))
        #expect(report.made >= 10_000 && report.places >= 100, "\(report)")
    }

    @Test("threads on different nodes, with ten seeds", arguments: 1...10)
    func threads(seed: Int) async throws {
        let lab = CompiledLab(try await SharedLab.shared())
        let report = try await lab.compare(
            "torture-threads", "--hops 600 --every 3 --seed \(seed)", on: seed.isMultiple(of: 2) ? "arm" : "x86",
            limit: .seconds(600))
        #expect(report.made > 2000, "\(report)")
    }

    @Test("the memory model at length", arguments: ["x86", "arm"])
    func memoryModel(origin: String) async throws {
        try await CompiledLab(try await SharedLab.shared()).checkMemoryModel(
            iterations: 5000, on: origin, limit: .seconds(1800))
    }
}
