import FoundationEssentials
import GuestContract
import ISA
import ImageStore
import Support
import Topology

/// What was run on what: enough to tell whether two runs may be compared.
package struct Manifest: Codable, Sendable {
    package struct Host: Codable, Sendable {
        package var kernel: String
        var machine: String
        package var cpus: Int
    }

    package struct Node: Codable, Sendable {
        package var name: String
        package var id: Int
        package var isa: ISA
        package var kernel: String
        /// The image's id; `images show` prints its packages and digests.
        package var image: String
        package var accelerator: NodeAccelerator
        package var acceleratorReason: String
        package var vcpus: Int
        var memoryMiB: Int
        package var address: String
    }

    package var id: String
    /// Which command made the run.
    var verb: RunVerb
    package var commandLine: [String]
    package var version: String
    package var lab: String
    var labID: String
    package var started: Date
    package var ended: Date?
    package var exitCode: Int32?
    /// The signal that ended the program, such as `SIGBUS`; then `exitCode` is 128 and its number.
    package var signal: String?
    package var host: Host
    package var hypervisor: String
    package var nodes: [Node]
    /// The program that was run, on this host: its path without the ISA's suffix.
    package var program: String?
    /// SHA-256 of each file that was run, by its name.
    package var binaries: [String: String] = [:]
    /// Hops that were driven from outside.
    package var moves: MoveSummary?
    /// Where the time went; `nil` while it goes on, and in runs of older versions.
    package var steps: [Step]?
    /// What is missing or doubtful in what was collected.
    package var warnings: [String] = []

    init(run: RunDirectory, verb: RunVerb, record: LabRecord, environment: LabEnvironment) {
        id = run.id
        self.verb = verb
        commandLine = environment.commandLine
        version = Version.current
        lab = record.spec.name
        labID = record.id
        started = Date()
        host = Host.current
        hypervisor = record.uri
        nodes = record.nodes.map(Node.init)
    }

    /// The manifest of a run.
    package static func load(_ run: RunDirectory) throws -> Manifest {
        guard let bytes = FileManager.default.contents(atPath: run.manifest) else {
            throw LabError(
                .badArgument, "there is no run '\(run.id)'", hint: "`popcorn-lab runs` lists them; `last` is the newest"
            )
        }
        return try LabStore.decoder.decode(Manifest.self, from: bytes)
    }

    func save(_ run: RunDirectory) throws {
        try AtomicFile.write(try LabStore.encoder.encode(self), to: run.manifest)
    }
}

extension Manifest.Node {
    init(_ node: NodeRecord) {
        self.init(
            name: node.name, id: node.id, isa: node.spec.isa, kernel: node.kernel, image: node.image,
            accelerator: node.accelerator, acceleratorReason: node.acceleratorReason, vcpus: node.spec.vcpus,
            memoryMiB: node.spec.memoryMiB, address: node.spec.address.description)
    }
}

extension Manifest.Host {
    static var current: Manifest.Host {
        var system = utsname()
        uname(&system)
        func text(_ field: some Any) -> String {
            withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        return Manifest.Host(
            kernel: text(system.release), machine: text(system.machine),
            cpus: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }
}
