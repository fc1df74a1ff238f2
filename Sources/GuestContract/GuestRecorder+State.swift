import Support
import Topology

extension GuestRecorder {
    /// What is left in the node, and how it is; without a process of its own.
    package func state() async throws -> NodeState {
        try ask("state" + (guest.hasOurFiles ? " \(GuestFile.processes)=ps \(GuestFile.counters)=stat" : ""))
        var parts: [String: String] = [:]
        var problems: [String] = []
        while true {
            let frame = try await next()
            switch frame.name {
            case "error": problems.append("cannot \(frame.text)")
            case "state":
                guard problems.isEmpty else { throw guest.failure(problems.joined(separator: "; ")) }
                guard let state = NodeState(parts: parts, hasOurFiles: guest.hasOurFiles) else {
                    throw guest.failure(
                        "popcorn-record tells no whole state, only: \(parts.keys.sorted().joined(separator: ", "))")
                }
                return state
            default: parts[frame.name, default: ""] += frame.text
            }
        }
    }

    /// Makes all counters of the message layer zero, if it has any. What is counted at that moment may survive.
    package func resetCounters() async throws {
        guard let file = guest.countersFile else { return }
        try ask("reset \(file)")
        _ = try await answer("reset")
    }

    /// Writes a line into the kernel's log, as user space's, so that what comes after can be told from what came before.
    package func mark(_ text: String) async throws {
        try ask("mark \(text)")
        _ = try await answer("mark")
    }

    /// Waits in the guest's kernel until no program has left anything there.
    ///
    /// A kernel without our files tells of processes alone.
    /// - Parameters:
    ///   - limit: as it is, whatever the guest runs on.
    ///   - known: processes for whose end such a guest does not wait.
    /// - Returns: `false` if something was still there when the limit was over.
    package func awaitRest(limit: Duration, besides known: Set<Int32> = []) async throws -> Bool {
        let limit = max(0, limit.milliseconds)
        if guest.hasOurFiles {
            try ask("rest \(limit) \(GuestFile.processes)")
        } else {
            try ask((["ended", "\(limit)"] + known.sorted().map(String.init)).joined(separator: " "))
        }
        return try await answer("rest", patience: .milliseconds(limit) + patience).text == "1"
    }
}
