import FoundationEssentials
import Support
import TestSupport
import Testing
import Topology

@testable import Hypervisor

/// libvirt and what is below it set themselves up at their first use in a process, so each round has a fresh one.
@Suite("Many threads in libvirt at once", .serialized)
struct ParallelStartTests {
    private static let isLong = ProcessInfo.processInfo.environment["POPCORN_LAB_TEST_LONG"] != nil

    @Test("guests that start side by side all start")
    func starts() async throws {
        let lab = try TestLab()
        try await lab.run {
            let guests = try (0..<8).map { try lab.guest("guest-\($0)") }
            for round in 0..<(Self.isLong ? 25 : 2) {
                let failures = try await lab.hypervisor.withConnection { connection in
                    let outcomes = try await connection.start(guests)
                    try await connection.destroy(guests.map(\.uuid))
                    return outcomes.compactMap { $0 }
                }
                #expect(failures == [], "in round \(round)")
            }
        }
    }

    @Test("descriptions are checked against libvirt's schema side by side")
    func checks() async throws {
        let lab = try TestLab()
        let guests = try (0..<2).map { try lab.guest("guest-\($0)") }
        for round in 0..<(Self.isLong ? 400 : 20) {
            let failures = try await lab.hypervisor.withConnection { try await $0.validate(guests).compactMap { $0 } }
            #expect(failures == [], "in round \(round)")
        }
    }
}
