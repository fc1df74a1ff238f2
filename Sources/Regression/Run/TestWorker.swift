import FoundationEssentials
import Lab
import Results
import Support

/// Runs cases on one lab after the other.
struct TestWorker: Sendable {
    let crew: TestCrew
    let keeper: LabKeeper

    func work() async {
        while crew.mayBegin, let turn = await crew.queue.next() {
            let lab = turn.one.point.lab.name
            await crew.queue.begin(lab: lab)
            await serve(turn)
            await crew.queue.end(lab: lab)
        }
        if let name = await keeper.close(keeping: crew.options.keepsLabs) {
            crew.report(.note("lab '\(name)' stays: `popcorn-lab down -l \(name)` takes it down"))
        }
    }

    /// Runs a case, and others on the same lab as long as that is well.
    private func serve(_ first: CaseQueue.Turn) async {
        let booted: BootedLab
        do {
            booted = try await keeper.lab(first.order)
            crew.booted(first.order)
        } catch {
            // Somebody stopped us; nothing is known of the case.
            if Task.isCancelled { return await crew.queue.again(first) }
            return await crew.bootFailed(first, error)
        }
        await work(from: first) { begin in
            try await booted.access.withRecorders { nodes in
                begin()
                var turn: CaseQueue.Turn? = first
                while let current = turn {
                    guard crew.mayBegin else {
                        await crew.queue.again(current)
                        return true
                    }
                    guard try await run(current, booted, nodes) else { return false }
                    turn = await crew.queue.next(on: booted.order)
                }
                return true
            }
        }
    }

    /// Uses the lab, and takes it down if it is of no use any more.
    ///
    /// - Parameter body: runs the case and others. It calls what it is given when it takes the case on, and gives back whether
    ///   the lab can be used again.
    func work(from first: CaseQueue.Turn, _ body: (_ begin: @escaping @Sendable () -> Void) async throws -> Bool) async
    {
        let hasBegun = Flag()
        do {
            if try await !body({ hasBegun.set() }) { await keeper.takeDown() }
        } catch {
            await keeper.takeDown()
            if !Task.isCancelled { return await crew.bootFailed(first, error) }
            // Somebody stopped us; nobody else knows of the case.
            if !hasBegun.isSet { await crew.queue.again(first) }
        }
    }

    /// While the last case of a lab is being collected, the next lab can boot.
    private func prepareNext(after booted: BootedLab) async {
        guard crew.mayBegin, await !crew.queue.has(on: booted.order),
            let coming = await crew.queue.upcoming(after: booted.order.lab)
        else { return }
        keeper.prepare(coming.order)
    }

    /// - Returns: whether the lab is as it was before.
    private func run(_ waiting: CaseQueue.Turn, _ booted: BootedLab, _ nodes: [RecordedNode]) async throws -> Bool {
        let turn = crew.numbered(waiting)
        crew.report(.started(turn.plan, attempt: turn.attempt, boot: booted.boot.id))
        let run = CaseRun(
            turn: turn, booted: booted, nodes: nodes, run: crew.run, room: crew.room(of: turn.build),
            settings: crew.options, onProgramEnd: { Task { await prepareNext(after: booted) } })
        let outcome: CaseRun.Outcome
        do {
            outcome = try await run.perform()
        } catch {
            await crew.queue.again(turn)
            throw error
        }
        await crew.finish(turn, outcome.attempt)
        if !outcome.isLabUsable, crew.mayBegin, let coming = await crew.queue.upcoming(after: booted.order.lab) {
            keeper.prepare(coming.order)
        }
        if outcome.attempt.verdict == .failed, turn.build == .subject {
            var findings = outcome.findings
            if findings == nil { findings = await run.lookAtLab() }
            crew.write(.diagnosed(id: turn.plan.id, number: turn.attempt, findings: findings ?? []))
        } else if outcome.attempt.verdict == .passed, !crew.options.keepsTraces {
            run.forgetTraces()
        }
        return outcome.isLabUsable
    }
}

/// Something that has happened, or has not.
private final class Flag: Sendable {
    private let value = Guarded(false)

    func set() { value.withLock { $0 = true } }
    var isSet: Bool { value.withLock { $0 } }
}
