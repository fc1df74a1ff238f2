import Support
import Topology

/// What a node has at one moment: what programs have left in its kernel, what that has counted, and how it is.
package struct NodeState: Sendable, Equatable {
    /// Migratable processes and workers, and the totals of all spaces; `nil` if the kernel does not tell as ours does.
    package var processes: NodeProcessTable?
    /// Processes, by id, of programs that users have brought, with the program's path; migratable ones among them.
    package var strays: [Int32: String]
    /// What the message layer has counted; `nil` if the kernel does not tell as ours does.
    package var counters: CounterTable?
    /// Another after each boot of the guest.
    package var bootID: String
    /// Seconds since that boot.
    package var uptimeSeconds: Double
    /// What has happened to the kernel since.
    package var taint: KernelTaint
    /// Memory that nobody uses, in KiB.
    package var freeKiB: UInt64
    /// Memory that programs could have, in KiB: also what the kernel would give up for them.
    package var availableKiB: UInt64

    /// - Parameters:
    ///   - parts: the text of each file, by the names of the recorder's frames (`Images/guest/record/main.c`).
    ///   - hasOurFiles: whether those of our message layer are among them.
    /// - Returns: `nil` if one is missing, or is not what the kernel writes.
    init?(parts: [String: String], hasOurFiles: Bool = true) {
        guard let boot = parts["boot"]?.trimmed, !boot.isEmpty,
            let uptime = parts["uptime"]?.split(separator: " ").first.flatMap({ Double($0) }),
            let taint = parts["tainted"].flatMap({ UInt64($0.trimmed) }),
            let memory = parts["memory"].map({ MemoryInfo($0) }),
            let free = memory.kib("MemFree"), let available = memory.kib("MemAvailable")
        else { return nil }
        if hasOurFiles {
            guard let ps = parts["ps"], let stat = parts["stat"] else { return nil }
            let table = NodeProcessTable(parsing: ps)
            guard table.totals != nil else { return nil }
            processes = table
            counters = CounterTable(parsing: stat)
        }
        guard let strays = parts["strays"] else { return nil }
        self.strays = strays.split(separator: "\n").reduce(into: [:]) { found, line in
            let words = line.split(separator: " ", maxSplits: 1)
            if words.count == 2, let pid = Int32(words[0]) { found[pid] = String(words[1]) }
        }
        bootID = boot
        uptimeSeconds = uptime
        self.taint = KernelTaint(rawValue: taint)
        freeKiB = free
        availableKiB = available
    }
}

extension String {
    fileprivate var trimmed: String {
        let end = lastIndex { !$0.isWhitespace }
        return end.map { String(self[...$0].drop { $0.isWhitespace }) } ?? ""
    }
}
