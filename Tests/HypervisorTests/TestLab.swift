import FoundationEssentials
import ISA
import Support
import TestSupport
import Testing
import Topology

@testable import Hypervisor

/// A place for the guests of one test: on the embedded driver for root, under the user's own daemon for others, or where
/// `LIBVIRT_DEFAULT_URI` says.
///
/// The embedded driver's root is shared by all tests and stays between runs, because its first question to every QEMU takes
/// seconds.
final class TestLab: Sendable {
    private let scratch: Scratch
    var directory: String { scratch.path }
    let hypervisor: Hypervisor
    let id = UUID().uuidString.lowercased()

    init() throws {
        let environment = ProcessInfo.processInfo.environment
        let root = Directories(environment: environment).cache + "/tests/libvirt"
        scratch = try Scratch()
        // For root not the host's own daemon, unless the environment names it: tests must not depend on whether one runs.
        let target =
            geteuid() == 0 && environment["LIBVIRT_DEFAULT_URI"] == nil
            ? HypervisorTarget.embedded(root: root, reason: "tests")
            : try HypervisorTarget.choose(connect: nil, environment: environment, embeddedRoot: root)
        hypervisor = Hypervisor(
            target: target, stateDirectory: scratch.path, helperExecutable: try builtProgram("popcorn-lab"))
    }

    /// A guest that prints `text` and halts.
    func guest(
        _ name: String = "guest", isa: ISA = .x86_64, printing text: String = "hello from the guest\n",
        resets: Bool = false
    ) throws -> DomainSpec {
        let kernel = "\(directory)/\(name).kernel"
        try TinyKernel.write(isa, printing: text, resets: resets, to: kernel)
        return DomainSpec(
            name: "test-\(id.prefix(8))-\(name)",
            metadata: LabMetadata(owner: "tests", lab: "a <lab> & \"more\"", labID: id, node: name), isa: isa,
            accelerator: .tcg, memoryMiB: 64, kernel: kernel,
            commandLine: KernelArguments.base(isa).joined(separator: " "),
            consoleSocket: "\(directory)/\(name).sock", consoleLog: "\(directory)/\(name).log")
    }

    /// Runs `body`, then ends every guest of this lab, whatever happened.
    func run(_ body: () async throws -> Void) async throws {
        var failure: (any Error)?
        do { try await body() } catch { failure = error }
        try await hypervisor.withConnection { connection in
            let mine = try await connection.labDomains().filter { $0.metadata.labID == id }
            try await connection.destroy(mine.map(\.uuid))
        }
        if let failure { throw failure }
    }
}
