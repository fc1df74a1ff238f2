import FoundationEssentials
import Guest
import GuestContract
import Support
import Trace

/// `logs`: what the kernels of a lab say, all on the host's clock.
package struct Logs: Sendable {
    /// Which lines are wanted.
    package struct Options: Sendable {
        /// Whether to go on with the lines that come, until the task is cancelled; of consoles, too.
        package var follow = false
        /// Only lines that are younger than this.
        package var since: Duration?

        /// All lines that there are now.
        package init() {}
    }

    let access: LabAccess
    let options: Options

    /// Reads the logs of the lab that `access` gives; nothing is read yet.
    package init(access: LabAccess, options: Options) {
        self.access = access
        self.options = options
    }

    /// Calls `body` with each line: those that are there in the order of their times, then, with `follow`, each as it comes.
    package func kernelLines(of nodes: [NodeRecord], _ body: @escaping @Sendable (LogLine) -> Void) async throws {
        let oldest = options.since.map { HostTime.now.microseconds - $0.microseconds }
        let wanted: @Sendable (LogLine) -> Bool = { line in
            guard let oldest, let time = line.hostMicroseconds else { return true }
            return time >= oldest
        }
        try await access.withSessions(nodes) { sessions in
            let past = try await access.onEach(sessions) { node, session in
                try await self.past(of: node, session)
            }
            for line in past.flatMap(\.lines).filter(wanted).sorted() { body(line) }
            guard options.follow else { return }
            let pasts = Dictionary(uniqueKeysWithValues: past.map { ($0.node.name, $0) })
            _ = try await access.onEach(sessions) { node, session in
                if let past = pasts[node.name] { try await follow(past, session, body) }
            }
        }
    }

    private func past(of node: NodeRecord, _ session: any GuestConnection) async throws -> Past {
        let map = await Self.map(node, session, early: access.paths.clock(node.name))
        let records = try await node.guest(session).kernelLog()
        var parser = KernelLogParser()
        return Past(node: node, map: map, messages: parser.feed(records) + parser.finish())
    }

    /// The log of a node up to now.
    private struct Past: Sendable {
        let node: NodeRecord
        let map: ClockMap?
        let messages: [KernelMessage]

        var lines: [LogLine] {
            messages.filter { !$0.isClockReading }.map { LogLine(node: node.name, message: $0, map: map) }
        }
        var lastSequence: UInt64? { messages.compactMap(\.sequence).max() }
    }

    private func follow(
        _ past: Past, _ session: any GuestConnection, _ body: @escaping @Sendable (LogLine) -> Void
    ) async throws {
        let command = try await past.node.guest(session).followKernelLog()
        var parser = KernelLogParser()
        for await chunk in command.output {
            for message in parser.feed(chunk) + parser.flush() {
                if let last = past.lastSequence, let sequence = message.sequence, sequence <= last { continue }
                if message.isClockReading { continue }
                body(LogLine(node: past.node.name, message: message, map: past.map))
            }
        }
        command.end.cancel()
        _ = try await command.end.value
    }

    /// Relates a node's clock to ours; without an answer its lines only have the guest's times.
    ///
    /// - Parameter early: a file with readings from the boot, without which nothing bounds how the clock has drifted since.
    static func map(_ node: NodeRecord, _ session: any GuestConnection, early: String? = nil) async -> ClockMap? {
        guard let recorder = try? await node.guest(session).recorder() else { return nil }
        let samples = try? await recorder.clockSamples(8)
        await recorder.finish()
        guard let samples else { return nil }
        func fit(_ samples: [ClockSample]) -> ClockFit {
            ClockFit(ClockProblem(nodes: [ClockProblem.Node(name: node.name, samples: samples)], messages: []))
        }
        let known = early.flatMap { try? ClockSample.read($0).samples } ?? []
        let whole = fit(known + samples)
        // A guest that stood still meanwhile has no one clock since its boot: now counts.
        return (whole.isConsistent ? whole : fit(samples)).maps.first
    }

    /// `serialLines` without a change to the bytes of each line.
    package func serialBytes(
        of nodes: [NodeRecord], _ body: @escaping @Sendable (_ node: String, _ line: [UInt8]) -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in nodes {
                let path = access.paths.serialLog(node.name)
                let now = try AtomicFile.read(path) ?? Data()
                var lines = LineSplitter()
                for line in lines.feed(Array(now)) { body(node.name, Array(line)) }
                let started = lines
                group.addTask { [options] in
                    var lines = started
                    if options.follow {
                        for await chunk in try FileFollower.chunks(of: path, from: Int64(now.count)) {
                            for line in lines.feed(chunk) { body(node.name, Array(line)) }
                        }
                    }
                    if let line = lines.finish() { body(node.name, Array(line)) }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Calls `body` with each line of the nodes' serial consoles, which need no living guest.
    package func serialLines(
        of nodes: [NodeRecord], _ body: @escaping @Sendable (_ node: String, _ line: String) -> Void
    ) async throws {
        for node in nodes {
            for line in SerialLog(path: access.paths.serialLog(node.name)).lines { body(node.name, line) }
        }
        guard options.follow else { return }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in nodes {
                let path = access.paths.serialLog(node.name)
                group.addTask {
                    for await line in try FileFollower.lines(of: path, from: SerialLog(path: path).size) {
                        body(node.name, ConsoleText.plain(line))
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
