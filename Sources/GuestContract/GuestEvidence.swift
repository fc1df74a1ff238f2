import Guest
import Support
import Topology

/// What a guest can be asked when something in it does not go on, each by a process of its own: one that does not answer does
/// not keep the others from answering.
package enum GuestEvidence: String, CaseIterable, Sendable {
    /// Records of `/dev/kmsg` up to now.
    case kernelLog
    /// `/proc/popcorn_peers`.
    case peers
    /// `/proc/popcorn_stat`.
    case counters
    /// `/proc/popcorn_ps`.
    case processes
    /// `/proc/popcorn_pages`.
    case pages
    /// wchan, syscall, stack and status of the threads of all migratable processes, of their shadows and hosts.
    case threads
    /// What the kernel says to SysRq w: the tasks that are blocked; records of `/dev/kmsg`.
    case blockedTasks
    /// What the kernel says to SysRq l: where its processors are; likewise.
    case processors
    /// What the kernel says to SysRq t: where all tasks are; likewise.
    case allTasks

    /// - Parameter interface: of a kernel of the user's own, which has files of its own.
    /// - Returns: `nil` if there is nothing of the kind.
    func command(_ interface: KernelInterface?) -> String? {
        func show(_ role: KernelInterface.FileRole, _ ours: String) -> String? {
            (interface.map { $0.hasOurFiles ? ours : $0.files[role] } ?? ours).map { "exec cat \($0)" }
        }
        switch self {
        case .kernelLog: return "exec popcorn-kmsg"
        case .peers: return show(.peers, GuestFile.peers)
        case .counters: return show(.counters, GuestFile.counters)
        case .processes: return show(.processes, GuestFile.processes)
        case .pages: return interface?.hasOurFiles ?? true ? "exec cat \(GuestFile.pages)" : nil
        case .threads: return interface?.hasOurFiles ?? true ? "exec popcorn-threads" : nil
        case .blockedTasks: return "exec popcorn-kmsg -q w"
        case .processors: return "exec popcorn-kmsg -q l"
        case .allTasks: return "exec popcorn-kmsg -q t"
        }
    }

    /// Whether it comes as records of `/dev/kmsg`.
    package var isKernelLog: Bool {
        switch self {
        case .kernelLog, .blockedTasks, .processors, .allTasks: true
        case .peers, .counters, .processes, .pages, .threads: false
        }
    }

    /// How long it may take on real hardware.
    var limit: Duration {
        switch self {
        case .peers, .counters, .processes, .pages: .seconds(1)
        case .kernelLog, .threads, .blockedTasks, .processors: .seconds(2)
        case .allTasks: .seconds(4)
        }
    }
}

extension EmbeddedGuest {
    /// Asks for a piece of evidence.
    ///
    /// - Returns: what came, which may be only a part, and why not all came; after a problem with the connection, no more may
    ///   come over it. `nil` if its kernel has nothing of the kind.
    package func evidence(_ evidence: GuestEvidence) async -> (bytes: [UInt8], problem: (any Error)?)? {
        guard let line = evidence.command(interface) else { return nil }
        let received = Received()
        let command = RemoteCommand(line, output: .bytes { received.add($0) })
        do {
            let result = try await session.exec(command, deadline: deadline(evidence.limit))
            return (received.bytes, result.succeeded ? nil : failure("\(evidence.rawValue): \(result.errorText)"))
        } catch {
            return (received.bytes, error)
        }
    }
}

/// What has come so far.
private final class Received: Sendable {
    private let buffer = Guarded<[UInt8]>([])

    func add(_ bytes: [UInt8]) { buffer.withLock { $0 += bytes } }

    var bytes: [UInt8] { buffer.withLock { $0 } }
}
