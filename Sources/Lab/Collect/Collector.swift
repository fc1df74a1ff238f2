import FoundationEssentials
import Guest
import GuestContract
import Hypervisor
import Support
import Topology
import Trace

/// Brings what the kernels of a lab recorded into a run's directory.
///
/// Clocks are sampled before and after, because a guest's clock drifts against the host's. With `begin`, trace events go to a
/// tracefs instance of the run's own, so that runs do not disturb each other nor the lab's own trace; without it, the events
/// since the guest's boot are read.
struct Collector {
    let access: LabAccess
    let run: RunDirectory
    private(set) var nodes: [RecordedNode]
    private let waiting: WaitNotes
    /// Whether somebody knows that a node, by name, is gone.
    var isGone: @Sendable (String) -> Bool = { _ in false }

    init(
        access: LabAccess, run: RunDirectory, nodes: [RecordedNode], waiting: WaitNotes = WaitNotes(report: { _ in })
    ) {
        self.waiting = waiting
        self.access = access
        self.run = run
        self.nodes = nodes
    }

    private static let clockSamples = 8

    /// How much of its memory a guest gives to the trace of one run: enough for some ten thousand hops, and little enough
    /// that programs do not miss it.
    private static let traceShare = 32
    /// What the kernel gives a trace buffer by itself (`TRACE_BUF_SIZE_DEFAULT`).
    private static let smallestBufferKiB = 1408

    /// The size of each CPU's buffer.
    static func bufferKiB(_ node: NodeSpec) -> Int {
        max(smallestBufferKiB, node.memoryMiB * 1024 / traceShare / max(1, node.vcpus))
    }

    /// To be called before the thing that is to be recorded.
    mutating func begin() async throws {
        nodes = try await LabAccess.inParallel(nodes) { [self] entry in
            var entry = entry
            try Directories.create(run.node(entry.node.name))
            if entry.node.isCaptured {
                let capture = access.paths.capture(entry.node.name)
                try await FabricCapture.bound(capture)
                entry.captureStart = FabricCapture.size(of: capture)
            }
            guard let recorder = entry.recorder else { return entry }
            if entry.node.hasEvents, !entry.node.isCaptured {
                entry.instance = try await recorder.begin(bufferKiB: Self.bufferKiB(entry.node.spec))
            }
            try await sampleClock(entry, recorder)
            return entry
        }
    }

    /// To be called after it; a node that does not answer any more is left out with a warning.
    ///
    /// - Parameter step: told the name of each step when it is done.
    func end(_ step: (String) -> Void = { _ in }) async -> Collected {
        let warnings = await withTaskGroup(of: [String].self) { group in
            for entry in nodes {
                group.addTask {
                    await waiting.tell(entry.node.name, for: "what its kernel recorded") { await fetch(entry) }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        step("collect")
        let captured = makeTraces()
        defer { step("write the logs") }
        var collected = Collected(
            warnings: warnings.sorted() + captured + run.copySerialLogs(of: access.record, from: access.paths))
        render(&collected)
        return collected
    }

    /// A connection that something went wrong on, as when a program was ended by its time, is tried no more: a new one is.
    private func fetch(_ entry: RecordedNode) async -> [String] {
        let node = entry.node
        guard !isGone(node.name) else { return ["\(node.name): its guest has ended"] }
        do {
            try Directories.create(run.node(node.name))
            var warnings: [String] = []
            do {
                warnings = try await collect(entry)
            } catch let error as GuestError {
                guard QEMUProcess.find(uuid: node.uuid) != nil, !isGone(node.name) else {
                    return ["\(node.name): its guest has ended"]
                }
                access.environment.log.debug("\(node.name): collecting anew after: \(error.summary)")
                warnings = try await access.withSession(node) { try await collect(try await entry.again(over: $0)) }
            }
            return warnings
        } catch {
            return ["\(node.name): not everything was collected: \(error.sentence)"]
        }
    }

    /// - Returns: a warning if the clock cannot be read, without which the rest is still worth something.
    private func collect(_ entry: RecordedNode) async throws -> [String] {
        guard let recorder = entry.recorder else {
            let log = try await entry.guest.kernelLog()
            try AtomicFile.write(log, to: run.file(.kernelLog, of: entry.node.name))
            return []
        }
        var warnings: [String] = []
        do {
            try await sampleClock(entry, recorder)
        } catch let error as ContractError {
            warnings.append("\(error.summary): what it recorded has its own times only")
        }
        var files: [GuestRecorder.Part: NodeRunFile] = [.kernelLog: .kernelLog]
        // Else a trace is made of what was captured.
        if !entry.node.isCaptured { files.merge([.types: .types, .trace: .trace]) { first, _ in first } }
        try await recorder.end(
            instance: entry.instance, files: files.mapValues { run.file($0, of: entry.node.name) })
        return warnings
    }

    private func sampleClock(_ entry: RecordedNode, _ recorder: GuestRecorder) async throws {
        let path = run.file(.clock, of: entry.node.name)
        // The drift since the boot shows only beside what was read then.
        if entry.instance == nil, entry.captureStart == nil,
            let early = FileManager.default.contents(atPath: access.paths.clock(entry.node.name))
        {
            try AtomicFile.append(early, to: path)
        }
        try await recorder.recordClock(Self.clockSamples, to: path)
    }

    /// Keeps what was captured of nodes whose kernels have no trace of their own, and makes traces of it.
    ///
    /// - Returns: what is missing or doubtful.
    private func makeTraces() -> [String] {
        guard let interface = access.record.nodes.first(where: { $0.isCaptured })?.interface else { return [] }
        do {
            try Directories.create(run.captures)
            var warnings: [String] = []
            let captured = try access.record.nodes.map { node in
                let capture = access.paths.capture(node.name)
                let start = nodes.first { $0.node.id == node.id }?.captureStart
                let hasPackets = FabricCapture.size(of: capture) > 0
                if hasPackets, try FabricCapture.copy(capture, from: start, to: run.capture(node.name)) {
                    warnings.append(
                        "\(node.name): its oldest packets are gone: of more than \(FabricCapture.limit >> 20) MiB, half is kept"
                    )
                }
                try Directories.create(run.node(node.name))
                return CapturedNode(
                    files: run.traceFiles(of: Manifest.Node(node)), trace: run.file(.trace, of: node.name),
                    types: run.file(.types, of: node.name), capture: hasPackets ? run.capture(node.name) : nil,
                    mac: node.fabricMAC, address: node.spec.address)
            }
            return warnings + (try CaptureTrace.write(captured, interface))
        } catch {
            return ["no traces could be made of what was captured: \(error)"]
        }
    }

    /// Writes dmesg on the host's clock, as JSON Lines and as plain text.
    private func render(_ collected: inout Collected) {
        do {
            let timeline = try Timeline.load(nodes: access.record.nodes.map { run.traceFiles(of: Manifest.Node($0)) })
            for (index, node) in timeline.nodes.enumerated() {
                try timeline.writeKernelLog(of: index, to: run.file(.kernelLogLines, of: node.files.name))
                var text = try FileSink(run.file(.kernelLogText, of: node.files.name))
                try KernelLog.writeText(records: node.files.kernelLog, console: node.files.console, to: &text)
                try text.commit()
            }
            collected.warnings += timeline.warnings
            collected.trace = timeline
        } catch {
            collected.warnings.append("the logs could not be put on one clock: \(error)")
        }
    }
}

/// What a run knows of what it has collected.
struct Collected: Sendable {
    /// What is missing or doubtful; for the manifest.
    var warnings: [String] = []
    /// The traces, without names of pages; `nil` if they could not be read.
    var trace: Timeline?
}

extension RunDirectory {
    /// The files that the run keeps of a node, for the trace.
    func traceFiles(of node: Manifest.Node) -> NodeTraceFiles {
        NodeTraceFiles(name: node.name, label: node.isa.rawValue, id: Int32(node.id), directory: self.node(node.name))
    }
}
