import FoundationEssentials
import GuestContract
import ISA
import ImageStore
import Support
import Topology

/// What was run on what: enough to tell whether two runs may be compared.
package struct Manifest: Codable, Sendable {
    /// The host that popcorn-lab ran on.
    package struct Host: Codable, Sendable {
        /// The release of the host's kernel, as `uname -r` prints it.
        package var kernel: String
        var machine: String
        /// How many of the host's CPUs were online.
        package var cpus: Int
    }

    /// A node, as the lab's record described it when the manifest was made.
    package struct Node: Codable, Sendable {
        /// The node's name, as in the lab file.
        package var name: String
        /// The node's id in the message layer: its place in the lab's list of nodes, from 0.
        package var id: Int
        /// What the guest's CPUs execute.
        package var isa: ISA
        /// The release of the guest's kernel, as its Debian package names it and `uname -r` prints it.
        package var kernel: String
        /// The image's id; `images show` prints its packages and digests.
        package var image: String
        /// What ran the guest's CPUs; `undecided` if the guest had not been started yet.
        package var accelerator: NodeAccelerator
        /// Why it was that: half a sentence such as `the host is x86-64`; empty while it is undecided.
        package var acceleratorReason: String
        /// How many virtual CPUs the guest has.
        package var vcpus: Int
        var memoryMiB: Int
        /// The node's IPv4 address on the fabric, in dotted form.
        package var address: String
    }

    /// The run's id, which is the name of its directory, such as `20190927-101500-up-3f2a`.
    package var id: String
    /// Which command made the run.
    var verb: RunVerb
    /// The words of the command that made the run, popcorn-lab's own name first.
    package var commandLine: [String]
    /// The version of the popcorn-lab that made the run.
    package var version: String
    /// The lab's name.
    package var lab: String
    var labID: String
    /// When the run began; for `collect` when the lab was made.
    package var started: Date
    /// When all was collected, for an `up` that succeeded by `down`, or when the capture was stopped; `nil` before that.
    package var ended: Date?
    /// The program's exit code, or popcorn-lab's own if something else went wrong; 0 for an `up` that succeeded.
    /// `nil` while a program runs, and for `collect` and captures.
    package var exitCode: Int32?
    /// The signal that ended the program, such as `SIGBUS`; then `exitCode` is 128 and its number.
    package var signal: String?
    /// The host that popcorn-lab and QEMU ran on.
    package var host: Host
    /// The libvirt URI of the connection that the lab's domains were created on.
    package var hypervisor: String
    /// All nodes of the lab, in the order of their ids.
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
    /// This host.
    package static var current: Manifest.Host {
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
