import ISA

/// What a lab has to know of a kind of kernel to boot it and to work with it; docs/interfaces.md describes its file.
package struct KernelInterface: Codable, Sendable, Hashable {
    /// By what lab files and the command line call it.
    package var name: String
    /// What kind of kernel it is, as half a sentence.
    package var about: String
    /// What follows our own arguments on the kernel's command line, by ISA.
    package var kernelArguments: [ISA: [String]]
    /// The devices that the kernel has drivers for, by ISA.
    package var machines: [ISA: Machine]
    /// The modules of its message layer, in the order in which they are loaded.
    package var modules: [Module]
    /// How it is known who has joined.
    package var membership: Membership
    /// How many nodes the kernel was compiled for; `nil` for any number.
    package var nodeCount: Int?
    /// Whether a node that was rebooted can join the others, which went on.
    package var canRejoin: Bool
    /// Messages after which a node will not become ready.
    package var failures: [Failure]
    /// Files of the guest that the kernel makes, by what they are for.
    package var files: [FileRole: String]
    /// How round trips of messages are measured, if they can be.
    package var selfTest: SelfTest?
    /// The numbers of its own system calls, by their names.
    package var systemCalls: [ISA: [String: Int]]
    /// What its messages look like on the wire.
    package var transport: Transport
    /// Lines of the kernel's log that say where threads are.
    package var markers: [Marker]
    /// Whether the console's log level stays low once the guest is up.
    package var isConsoleQuiet: Bool
    /// Whether the kernel's events are recorded from the boot on.
    package var tracesBoot: Bool
    /// What it does not offer, and what to do instead, in a sentence.
    package var unavailable: [Operation: String]

    /// The devices of a guest.
    package struct Machine: Codable, Sendable, Hashable {
        /// Both network cards.
        package var nic: NetworkCard
        /// A disk, if the guest has one.
        package var disk: DiskModel
        /// Of the port for init's reports; without a driver for it, the console has them.
        package var virtio: VirtioBus
    }

    /// Whether its kernels have all files of our own message layer, and what is in them; else only what every kernel tells is known.
    package var hasOurFiles: Bool { membership == .states }

    /// A module, and how it is loaded.
    package struct Module: Codable, Sendable, Hashable {
        /// As the kernel knows it.
        package var name: String
        /// Its arguments, with gaps such as `{addresses}`; a word whose gap nothing fills is left out.
        package var arguments: String
        /// Whether loading it does not return before all peers are there.
        package var waitsForPeers: Bool
        /// Whether a lab does without it.
        package var isOptional: Bool
    }

    /// How it is known who has joined.
    package enum Membership: Codable, Sendable, Hashable {
        /// A message of the kernel's log for each peer; the parentheses are its node id and its architecture.
        case message(MessagePattern)
        /// `/proc/popcorn_peers` of our own message layer, with a peer's state in the fourth column.
        case states

        /// The message by which a peer's membership is known, if it is known by one.
        package var message: MessagePattern? {
            switch self {
            case .message(let pattern): pattern
            case .states: nil
            }
        }
    }

    /// A message after which a node will not become ready.
    package struct Failure: Codable, Sendable, Hashable {
        /// What it looks like.
        package var message: MessagePattern
        /// What it means, and what to do.
        package var meaning: String
    }

    /// What files below `/proc` are for; the raw values are the keys of interface files.
    package enum FileRole: String, CaseIterable, Codable, Sendable {
        case peers
        case processes
        case counters
        case selfTest = "self_test"
    }

    /// How a kernel's file `self_test` is used.
    package struct SelfTest: Codable, Sendable, Hashable {
        /// What is written to it, with `{bytes}` of payload and `{rounds}` in it.
        package var write: String
        /// The least payload that it takes.
        package var leastBytes: Int
        /// The ISAs of nodes that may ask; of others the test does not work.
        package var isas: [ISA]
        /// What the log says then; the parentheses are the ns that all rounds took.
        package var took: MessagePattern

        /// What to write for a measurement.
        package func text(bytes: Int, rounds: Int) -> String {
            write.replacing("{bytes}", with: String(bytes)).replacing("{rounds}", with: String(rounds))
        }
    }

    /// What a lab does with kernels that not all of them offer; the raw values are the keys of interface files.
    package enum Operation: String, CaseIterable, Codable, Sendable {
        /// `popcorn-lab ps`: which thread is where.
        case ps
        /// `popcorn-lab migrate`, and `run` with moves from outside.
        case migrate
        /// `popcorn-lab ping`.
        case ping
        /// Events of the kernel and readings of its clock.
        case trace
    }

    /// The interface of our own modules.
    package static let embedded = "embedded"

    /// What can stand in braces in a module's arguments.
    package enum Gap: String, CaseIterable, Sendable {
        /// Of all nodes, in the order of their ids, with commas.
        case addresses
        /// The node's own id.
        case id
        /// The TCP port of the lab's message layer.
        case port
        /// The lab's secret, in hex.
        case secret
        /// After which a peer counts as silent, in ms, if the lab says so.
        case silentMilliseconds = "silent_ms"
        /// Silence after which a peer counts as gone, in ms, if the lab says so.
        case deadMilliseconds = "dead_ms"
        /// What is authenticated, if the lab says so.
        case authentication = "auth"
    }

    /// The arguments of a module with their gaps filled; words with a gap that has no value are left out.
    package static func arguments(_ text: String, filledBy values: [Gap: String]) -> String {
        text.split(separator: " ").compactMap { word -> String? in
            var result = String(word)
            for gap in Gap.allCases where result.contains("{\(gap.rawValue)}") {
                guard let value = values[gap] else { return nil }
                result = result.replacing("{\(gap.rawValue)}", with: value)
            }
            return result
        }.joined(separator: " ")
    }
}
