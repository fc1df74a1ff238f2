import Guest
import GuestContract
import Lab
import Results
import Support
import Topology
import Trace

/// Runs the program of a case, injects its faults, and sees what happens.
struct CaseObserver: Sendable {
    /// What was seen, and what was recorded.
    struct Seen: Sendable {
        var observation: CaseObservation
        /// How long the program ran.
        var programSeconds: Double?
        /// CPU time of the nodes' QEMUs meanwhile, in seconds.
        var cpuSeconds: Double?
        /// Round trips over plain TCP meanwhile, in µs; none unless asked for.
        var yardstick: [Double] = []
        /// What the kernels recorded, if anything.
        var trace: TraceSummary?
        /// The text of its output.
        var text: String
    }

    let one: SuiteCase
    let seed: UInt32
    let booted: BootedLab
    let nodes: [RecordedNode]
    let directory: RunDirectory
    let mark: String
    let settings: TestRun.Options
    let onProgramEnd: @Sendable () -> Void
    /// Looks at the lab as it is.
    let diagnose: @Sendable () async -> Void

    private var limit: Duration { booted.scale((one.expectation.limit ?? settings.limit).duration) }

    func observe(_ program: String) async throws -> Seen {
        let control = CaseControl()
        let faults = FaultDriver(
            point: one.point,
            hands: FaultDriver.Hands(
                booted, nodes, origin: one.point.start,
                program: program.split(separator: "/").last.map(String.init) ?? program))
        let streams = try ProgramStreams(
            in: directory.path, limit: settings.outputLimit, onLine: { faults.sawLine($0) },
            onOverflow: { control.end(.tooMuchOutput) })
        let yardstick = try await startYardstick()
        let cpu = QEMUTimes(booted.access.record)
        var options = try options()
        options.isGone = { node in control.deaths.contains { $0.node == node } }
        let runner = RunProgram(access: booted.access, options: options) { progress in
            switch progress {
            case .started:
                yardstick?.restart()
                control.programStarted()
            case .ended:
                yardstick?.stop()
                onProgramEnd()
            case .interrupted: break
            }
        }
        let work = Task {
            try await runner.attempt(program, streams.streams, on: nodes, in: directory)
        }
        control.onEnd { work.cancel() }
        let watch = Task { await watchGuests(control) }
        let timer = Task { await end(control) }
        let ears = faults.waitsForKernels ? KernelListener(nodes: nodes, mark: mark) : nil
        let listening = Task {
            await ears?.listen(
                heard: { faults.sawKernelLine($0, of: $1) }, lost: { faults.lostKernel(of: $0, $1) })
        }
        let driver = Task { await faults.run(start: control.start) }
        let result = await withTaskCancellationHandler {
            await work.result
        } onCancel: {
            work.cancel()
        }
        if Self.hasLostItsConnection(result), control.reason == nil {
            await control.awaitDeath(within: Self.deathNotice)
        }
        control.close()
        let roundTrips = await yardstick?.finish() ?? []
        watch.cancel()
        timer.cancel()
        driver.cancel()
        listening.cancel()
        await timer.value
        let faultProblems = await driver.value
        await listening.value
        let (out, error) = await streams.finish()
        try Task.checkCancellation()
        var observation = CaseObservation(
            ending: try ending(result, control), stdout: out, stderr: error, deaths: control.deaths)
        observation.problems = faultProblems
        observation.kernelMessages = try kernelMessages()
        let trace = try? result.get().trace
        // A picture that is not there is no reason to lose the case.
        if let hops = trace.flatMap({ HopRecord($0) }) { try? hops.write(folder: directory.path) }
        if let trace { observation.counts = Self.counts(trace.summary, booted.access.record.nodes[0].interface) }
        return Seen(
            observation: observation, programSeconds: programSeconds(result), cpuSeconds: cpu?.elapsed(),
            yardstick: roundTrips, trace: trace?.summary,
            text: one.figures.isEmpty ? "" : ByteText.text(try out.read()))
    }

    /// A connection that is lost may tell of a guest's end before the watch over its QEMU does.
    private static let deathNotice = Duration.seconds(2)

    private static func hasLostItsConnection(_ result: Result<RunProgram.Attempt, any Error>) -> Bool {
        switch result {
        case .success(let attempt):
            if case .failure(let error) = attempt.ending { return error is GuestError }
            return false
        case .failure(let error): return error is GuestError
        }
    }

    /// From the node that the program starts on to the next.
    private func startYardstick() async throws -> PacedRoundTrips? {
        let start = one.point.nodeName(one.point.start)
        guard settings.measuresYardstick, let sender = nodes.first(where: { $0.node.name == start }),
            let receiver = nodes.first(where: { $0.node.name != start })
        else { return nil }
        return try await PacedRoundTrips.start(
            from: sender.guest, to: receiver.guest, at: receiver.node.spec.address)
    }

    /// A program that has had its time is looked at as it hangs, and then ended.
    private func end(_ control: CaseControl) async {
        guard let began = await control.start.value, (try? await Task.sleep(until: began + limit)) != nil else {
            return
        }
        await diagnose()
        control.end(.timeIsOver)
    }

    private func options() throws -> RunProgram.Options {
        var options = RunProgram.Options()
        options.origin = one.point.start
        options.environment = one.point.program.environment
        options.arguments = ShellWord.words(of: one.point.arguments) ?? []
        switch one.point.schedule {
        case .none: options.stays = true
        case .own: break
        case .every(let time): options.moves = DrivenMoves(interval: time.duration)
        case .bounce(let count): options.moves = DrivenMoves(count: count)
        case .random(let time): options.moves = DrivenMoves(interval: time.duration, seed: seed)
        case .at(let sites): options.migrateAt = try MigrationSites(parsing: sites)
        }
        return options
    }

    /// A dead guest ends its case at once: nothing that is asked of it will be answered. If the case's fault has killed it, and
    /// the program was started elsewhere, that goes on: what becomes of it is what the case is about.
    private func watchGuests(_ control: CaseControl) async {
        guard let events = try? GuestWatch(access: booted.access).events() else { return }
        for await event in events {
            let summary: String
            switch event.kind {
            case .ended: summary = "its guest has ended"
            // The program's end, or the time limit, shows what comes of it.
            case .peer: continue
            // What an oops leaves of a kernel may answer no more.
            case .trouble(let trouble): summary = "\(trouble.severity.rawValue): \(event.line)"
            }
            let origin = one.point.nodeName(one.point.start)
            control.noteDeath(
                event.node, summary,
                endsCase: event.node == origin || !one.point.victims.contains(event.node))
            if let node = nodes.first(where: { $0.node.name == event.node }) { await node.session.close() }
            // What goes on there is not to wait for a node that does not come back.
            if event.kind == .ended { await booted.access.announceEnd(of: event.node) }
        }
    }

    private func ending(
        _ result: Result<RunProgram.Attempt, any Error>, _ control: CaseControl
    ) throws -> CaseObservation.Ending {
        switch control.reason {
        case .timeIsOver: return .timedOut
        case .guestDied, .tooMuchOutput: return .abandoned
        case nil: break
        }
        let attempt: RunProgram.Attempt
        do {
            attempt = try result.get()
        } catch let error as GuestError {
            return .lost(error.sentence)
        } catch {
            throw CaseFailure(Problem(.build, "its program cannot be run: \(error.sentence)", details: error.evidence))
        }
        switch attempt.ending {
        case .success(let result):
            if case .signalled(let name, _) = result.ending { return .signalled("SIG\(name)") }
            return .exited(result.exitCode)
        case .failure(let error): return .lost(error.sentence)
        }
    }

    private func programSeconds(_ result: Result<RunProgram.Attempt, any Error>) -> Double? {
        guard let steps = try? result.get().steps, let step = steps.first(where: { $0.name == "program" }) else {
            return nil
        }
        return Double(step.milliseconds) / 1000
    }

    /// What each kernel said after the mark; a node that gave nothing has only its console.
    private func kernelMessages() throws -> [String: [KernelMessage]] {
        try booted.access.record.nodes.reduce(into: [:]) { result, node in
            func existing(_ file: NodeRunFile) -> String? {
                let path = directory.file(file, of: node.name)
                return access(path, R_OK) == 0 ? path : nil
            }
            var messages: [KernelMessage] = []
            try KernelLog.forEachMessage(records: existing(.kernelLog), console: existing(.console)) { message in
                if message.text == mark { messages = [] } else { messages.append(message) }
            }
            result[node.name] = messages
        }
    }

    /// Only what is exact: a trace that lost events counts nothing.
    ///
    /// - Parameter interface: of the lab's kernels, if they are their user's own.
    static func counts(_ summary: TraceSummary, _ interface: KernelInterface?) -> [String: Int] {
        guard summary.nodes.allSatisfy({ $0.lostEvents == 0 }) else { return [:] }
        let routes = summary.migration.routes
        let refused = routes.reduce(0) { $0 + $1.failed.values.reduce(0, +) }
        let counts = [
            "hops": routes.reduce(0) { $0 + $1.hops } - refused, "refused": refused, "faults": summary.migration.faults,
        ]
        guard let interface, !interface.hasOurFiles else { return counts }
        // Such a kernel counts nothing that can be asked for; its messages were captured.
        let requests = Set(interface.transport.messages.filter { $0.role == .pageRequest }.map { Int32($0.type) })
        let captured = [
            "messages": summary.messages.reduce(0) { $0 + $1.count },
            "message_bytes": summary.messages.reduce(0) { $0 + Int($1.bytes) },
            "remote_faults": summary.messages.filter { requests.contains($0.type) }.reduce(0) { $0 + $1.count },
        ]
        return counts.merging(captured) { $1 }.filter { interface.counts.contains($0.key) }
    }
}
