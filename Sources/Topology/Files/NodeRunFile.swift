/// The files that a run keeps of each node, in `RUN/nodes/NODE`; docs/tracing.md describes them.
package enum NodeRunFile: String, CaseIterable, Sendable {
    /// The records of `/dev/kmsg`.
    case kernelLog = "dmesg.raw"
    /// The same on the host's clock, one JSON object per line.
    case kernelLogLines = "dmesg.jsonl"
    /// The same as `dmesg` prints it.
    case kernelLogText = "dmesg.txt"
    /// What the guest wrote to its serial console.
    case console = "serial.log"
    /// The text of tracefs' `trace`.
    case trace = "trace.txt"
    /// The message types of the guest's kernel, one a line.
    case types = "types.txt"
    /// Readings of the guest's clock, one a line.
    case clock = "clock.jsonl"

    /// Where the file is, with the directory that the run has for the node.
    package func path(in directory: String) -> String { directory + "/" + rawValue }
}
