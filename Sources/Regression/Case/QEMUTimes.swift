import Lab
import Support
import Hypervisor

/// The CPU time that the guests of a lab take from the host: what their QEMUs use.
struct QEMUTimes {
    private let processes: [ProcessIdentity]
    private let before: Double

    /// `nil` if a guest has no process that this host can see.
    init?(_ record: LabRecord) {
        processes = record.nodes.compactMap(\.qemu)
        guard processes.count == record.nodes.count, let seconds = Self.seconds(processes) else { return nil }
        before = seconds
    }

    /// Seconds since the start; `nil` if a process has ended.
    func elapsed() -> Double? { Self.seconds(processes).map { $0 - before } }

    private static func seconds(_ processes: [ProcessIdentity]) -> Double? {
        var sum = 0.0
        for process in processes {
            guard let time = process.cpuSeconds else { return nil }
            sum += time
        }
        return sum
    }
}
