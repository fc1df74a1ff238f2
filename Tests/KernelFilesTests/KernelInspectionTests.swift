import ISA
import Support
import TestSupport
import Testing

@testable import KernelFiles

@Suite struct KernelInspectionTests {
    private let made: MadeKernel
    private var scratch: Scratch { made.scratch }

    init() throws { made = try MadeKernel() }

    private static let enough = MadeKernel.enough(.x86_64)

    private func inspection(_ lines: [String]?) async throws -> KernelInspection {
        var made = made
        made.configuration = lines?.joined(separator: "\n")
        return KernelInspection(try KernelTree(path: try scratch.write(try await made.bzImage(), to: "kernel")))
    }

    @Test("a kernel with all that is needed has no obstacle, and each option that is taken away is one")
    func obstacles() async throws {
        let complete = Self.enough.map { "CONFIG_\($0)=y" }
        let good = try await inspection(complete)
        #expect(good.obstacles == [])
        #expect(good.networkCards == [.e1000])
        for option in Self.enough where !["PCI", "E1000"].contains(option) {
            let obstacles = try await inspection(complete.filter { $0 != "CONFIG_\(option)=y" }).obstacles
            #expect(obstacles.count == 1, "\(option): \(obstacles)")
            #expect(obstacles.first?.contains("CONFIG_\(option)") == true)
        }
        let cardless = try await inspection(complete.filter { $0 != "CONFIG_E1000=y" }).obstacles
        #expect(cardless.count == 1)
        #expect(cardless.first?.contains("network card") == true)
    }

    @Test("of a kernel that does not tell how it was built, nothing is known to be missing")
    func unknown() async throws {
        let silent = try await inspection(nil)
        #expect(silent.configuration == nil)
        #expect(silent.obstacles == [])
        #expect(silent.needs.allSatisfy { $0.verdict == .unknown })
    }

    @Test("a driver that is a module counts if the module is there and fits")
    func driverModules() async throws {
        let lines = Self.enough.map { "CONFIG_\($0)=\($0 == "E1000" ? "m" : "y")" }
        var made = made
        made.configuration = lines.joined(separator: "\n")
        try scratch.write(try await made.bzImage(), to: "linux/arch/x86/boot/bzImage")
        #expect(KernelInspection(try KernelTree(path: scratch.file("linux"))).networkCards == [])
        let path = "linux/drivers/net/e1000.ko"
        try scratch.write(try await made.module("e1000", versionMagic: "4.4.1 SMP"), to: path)
        let stale = KernelInspection(try KernelTree(path: scratch.file("linux")))
        #expect(stale.networkCards == [])
        #expect(stale.modules.first?.objection?.contains("4.4.1") == true)
        try scratch.write(try await made.module("e1000"), to: path)
        #expect(KernelInspection(try KernelTree(path: scratch.file("linux"))).networkCards == [.e1000])
    }

    @Test("a tree without a kernel, and one with two, are errors that say what was expected")
    func trees() async throws {
        let none = try #require(throws: KernelError.self) { try KernelTree(path: scratch.path) }
        #expect(none.code == .noKernel)
        #expect(none.summary.contains("arch/x86/boot/bzImage or arch/arm64/boot/Image"))
        try scratch.write(try await made.bzImage(), to: "linux/arch/x86/boot/bzImage")
        try scratch.write(try await made.image(), to: "linux/arch/arm64/boot/Image")
        let both = try #require(throws: KernelError.self) { try KernelTree(path: scratch.file("linux")) }
        #expect(both.summary.contains("more than one kernel"))
        #expect(try KernelTree(path: scratch.file("linux"), isa: .aarch64).kernel.isa == .aarch64)
    }
}
