import FoundationEssentials
import Guest
import Support
import Topology
import Trace

/// Brings what the kernels of a lab recorded into a run's directory.
///
/// Clocks are sampled before and after, because a guest's clock drifts against the host's. Trace events go to a tracefs instance
/// of the run's own, so that runs do not disturb each other nor the lab's own trace.
struct Collector {
    let access: LabAccess
    let run: RunDirectory
    let sessions: [NodeSession]
    /// The tracefs instance to read; `nil` for the events since the guest's boot.
    let instance: String?

    private static let tracefs = "/sys/kernel/tracing"
    private static let clockSamples = 16

    /// How much of its memory a guest gives to the trace of one run: enough for some ten thousand hops, and little enough
    /// that programs do not miss it.
    private static let traceShare = 32
    /// What the kernel gives a trace buffer by itself (`TRACE_BUF_SIZE_DEFAULT`).
    private static let smallestBufferKiB = 1408

    /// The size of each CPU's buffer.
    static func bufferKiB(_ node: NodeSpec) -> Int {
        max(smallestBufferKiB, node.memoryMiB * 1024 / traceShare / max(1, node.vcpus))
    }

    private var traceDirectory: String {
        instance.map { "\(Self.tracefs)/instances/\($0)" } ?? Self.tracefs
    }

    /// To be called before the thing that is to be recorded.
    func begin() async throws {
        _ = try await access.onEach(sessions) { node, session in
            try Directories.create(run.node(node.name))
            try await sampleClock(node, session)
            guard instance != nil else { return }
            let directory = traceDirectory
            try await session.check(
                // "local" is dmesg's clock in name only: on x86-64 it is milliseconds off (measured, Linux 6.1).
                "mkdir -p \(directory) && echo perf > \(directory)/trace_clock"
                    + " && echo \(Self.bufferKiB(node.spec)) > \(directory)/buffer_size_kb"
                    + " && echo 1 > \(directory)/events/popcorn/enable",
                node: node, toDo: "start tracing")
        }
    }

    /// To be called after it; a node that does not answer any more is left out with a warning.
    ///
    /// - Returns: warnings for the manifest.
    func end() async -> [String] {
        let warnings: [String] = await withTaskGroup(of: String?.self) { group in
            for entry in sessions {
                group.addTask {
                    do {
                        try await fetch(entry)
                        return nil
                    } catch {
                        return "\(entry.node.name): not everything was collected: \(error.sentence)"
                    }
                }
            }
            return await group.reduce(into: []) { if let warning = $1 { $0.append(warning) } }
        }
        return warnings + copySerialLogs() + render()
    }

    /// A connection that something went wrong on, as when a program was ended by its time, is tried no more: a new one is.
    private func fetch(_ entry: NodeSession) async throws {
        do {
            try await fetch(entry.node, entry.session)
        } catch let error as GuestError {
            access.environment.log.debug("\(entry.node.name): collecting anew after: \(error.summary)")
            try await access.withSession(entry.node) { try await fetch(entry.node, $0) }
        }
    }

    private func fetch(_ node: NodeRecord, _ session: GuestSession) async throws {
        let directory = run.node(node.name)
        try Directories.create(directory)
        let limit = ContinuousClock.now + node.timeScale(.seconds(10))
        try await sampleClock(node, session)
        try await session.save("popcorn-kmsg", to: directory + "/dmesg.raw", deadline: limit)
        try await session.save("cat /proc/popcorn_types", to: directory + "/types.txt", deadline: limit)
        // Nothing may be added while it is read, and an instance goes with its events.
        let remove = instance == nil ? "" : "; rmdir \(traceDirectory)"
        let stop = instance == nil ? "" : "echo 0 > \(traceDirectory)/tracing_on; "
        // A full buffer is tens of megabytes of text, which an emulated guest prints slowly.
        try await session.save(
            "\(stop)cat \(traceDirectory)/trace\(remove)", to: directory + "/trace.txt",
            deadline: .now + node.timeScale(.seconds(60)))
    }

    private func sampleClock(_ node: NodeRecord, _ session: GuestSession) async throws {
        let path = run.node(node.name) + "/clock.jsonl"
        // The drift since the boot shows only beside what was read then.
        if instance == nil, let early = FileManager.default.contents(atPath: access.paths.clock(node.name)) {
            try AtomicFile.append(early, to: path)
        }
        try await ClockSampler(session: session)
            .record(Self.clockSamples, to: path, deadline: .now + node.timeScale(.seconds(3)))
    }

    /// The consoles are files of this host, also those of guests that died.
    private func copySerialLogs() -> [String] {
        access.record.nodes.compactMap { run.copySerialLog(of: $0.name, from: access.paths) }
    }

    /// Writes dmesg on the host's clock, as JSON Lines and as plain text.
    private func render() -> [String] {
        do {
            let timeline = try Timeline.load(nodes: access.record.nodes.map { run.traceFiles(of: Manifest.Node($0)) })
            for (index, node) in timeline.nodes.enumerated() {
                try timeline.writeKernelLog(of: index, to: run.node(node.files.name) + "/dmesg.jsonl")
                var text = try FileSink(run.node(node.files.name) + "/dmesg.txt")
                try KernelLog.writeText(records: node.files.kernelLog, console: node.files.console, to: &text)
                try text.commit()
            }
            return timeline.warnings
        } catch {
            return ["the logs could not be put on one clock: \(error)"]
        }
    }
}

extension RunDirectory {
    /// The files that the run keeps of a node, for the trace.
    func traceFiles(of node: Manifest.Node) -> NodeTraceFiles {
        NodeTraceFiles(name: node.name, label: node.isa, id: Int32(node.id), directory: self.node(node.name))
    }
}

extension GuestSession {
    /// Runs a command that must succeed.
    func check(_ text: String, node: NodeRecord, toDo purpose: String) async throws {
        let result = try await exec(text, deadline: .now + node.timeScale(.seconds(5)))
        guard result.succeeded else {
            throw LabError(
                .commandFailed, "\(node.name): cannot \(purpose): \(result.errorText.isEmpty ? text : result.errorText)"
            )
        }
    }

    /// Writes what a command prints to a file of this host.
    func save(_ text: String, to path: String, deadline: ContinuousClock.Instant) async throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemError("create \(path)") }
        defer { Glibc.close(descriptor) }
        _ = try await exec(RemoteCommand(text, output: .descriptor(descriptor)), deadline: deadline)
    }
}
