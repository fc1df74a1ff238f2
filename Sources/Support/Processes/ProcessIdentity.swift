import FoundationEssentials

/// A process, told apart from a later one with the same pid by its start time.
package struct ProcessIdentity: Codable, Sendable, Hashable {
    /// The process id, in the pid namespace of this process.
    package var pid: Int32
    /// Clock ticks since boot: field 22 of `/proc/PID/stat` (proc(5)).
    package var startTime: UInt64

    /// A process that was met before, and may be gone.
    package init(pid: Int32, startTime: UInt64) {
        self.pid = pid
        self.startTime = startTime
    }

    /// The identity of the process that has `pid` now; `nil` if there is none or it is a zombie.
    package init?(pid: Int32) {
        guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return nil }
        // The second field is the command in parentheses and may hold spaces and parentheses itself.
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X", let start = UInt64(fields[19]) else { return nil }
        self.pid = pid
        startTime = start
    }

    /// The CPU time that its threads have used so far, in seconds: fields 14 and 15 of `/proc/PID/stat`. `nil` if it has ended.
    package var cpuSeconds: Double? {
        guard isAlive, let bytes = try? AtomicFile.contents(of: "/proc/\(pid)/stat") else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Whether `/proc` still shows this very process; one that is a zombie has ended.
    package var isAlive: Bool { ProcessIdentity(pid: pid) == self }

    /// Sends `signal`, unless the process is gone already.
    package func send(signal: Int32) {
        if isAlive { kill(pid, signal) }
    }

    /// SIGTERM, then SIGKILL after `grace`; returns when the process is gone, `false` if it would not go.
    package func terminate(grace: Duration = .seconds(2)) -> Bool {
        send(signal: SIGTERM)
        if waitForExit(grace) { return true }
        send(signal: SIGKILL)
        return waitForExit(.seconds(5))
    }

    /// Waits for the end of a process that need not be a child. The kernel wakes us through a pidfd, nobody polls.
    package func waitForExit(_ limit: Duration) -> Bool {
        guard let descriptor = openDescriptor() else { return !isAlive }
        defer { close(descriptor) }
        var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&event, 1, Int32(clamping: limit.milliseconds)) > 0 || !isAlive
    }
}
