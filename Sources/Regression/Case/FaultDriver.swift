import Fabric
import FoundationEssentials
import GuestContract
import Lab
import Results
import Support
import Topology

/// Injects the faults of a case, each at its moment, one after the other.
final class FaultDriver: Sendable {
    /// What a lab does for a fault.
    struct Hands: Sendable {
        /// Returns when the program's threads have made so many hops; throws if that cannot be known any more.
        var awaitHops: @Sendable (Int) async throws -> Void
        var inject: @Sendable (FaultStep.Action) async throws -> Void
    }

    let point: CaseGroup.Point
    private let hands: Hands
    private let lines: AsyncStream<String>
    private let feed: AsyncStream<String>.Continuation
    private let waitsForOutput: Bool
    private let kernelLines: AsyncStream<KernelLine>
    private let kernelFeed: AsyncStream<KernelLine>.Continuation
    /// Why kernels cannot be listened to, a sentence each.
    private let deafness = Guarded<[String]>([])

    private struct KernelLine: Sendable {
        var node: String
        var text: String
    }

    /// The lines that were not looked at yet.
    private struct Unseen {
        var output: AsyncStream<String>.Iterator
        var kernels: AsyncStream<KernelLine>.Iterator
    }

    init(point: CaseGroup.Point, hands: Hands) {
        self.point = point
        self.hands = hands
        (lines, feed) = AsyncStream.makeStream()
        (kernelLines, kernelFeed) = AsyncStream.makeStream()
        waitsForOutput = point.fault.steps.contains { if case .output = $0.moment { true } else { false } }
    }

    /// To be told each line of the program's output.
    func sawLine(_ line: String) {
        if waitsForOutput { feed.yield(line) }
    }

    /// Whether kernels have to be listened to.
    var waitsForKernels: Bool {
        point.fault.steps.contains { if case .kernelLine = $0.moment { true } else { false } }
    }

    /// To be told each line that a kernel says while the case goes on.
    func sawKernelLine(_ text: String, of node: String) { kernelFeed.yield(KernelLine(node: node, text: text)) }

    /// To be told that a kernel cannot be listened to any more.
    func lostKernel(of node: String, _ reason: String) {
        deafness.withLock { $0.append("\(node) was not listened to any more: \(reason)") }
    }

    /// - Parameter start: when the program was started, if it was.
    /// - Returns: what could not be injected; a fault whose moment did not come is such a thing, too.
    func run(start: Task<ContinuousClock.Instant?, Never>) async -> [Problem] {
        guard !point.fault.steps.isEmpty else { return [] }
        guard let began = await start.value else { return [] }
        var unseen = Unseen(output: lines.makeAsyncIterator(), kernels: kernelLines.makeAsyncIterator())
        for (index, step) in point.fault.steps.enumerated() {
            do {
                try await reach(step.moment, since: began, &unseen)
                try Task.checkCancellation()
            } catch {
                return missed(index)
            }
            do {
                try await hands.inject(step.action)
            } catch {
                if Task.isCancelled { return missed(index) }
                return [
                    Problem(
                        .fault, node: step.node.map(point.nodeName),
                        "step \(index + 1) of fault '\(point.fault.name)' failed: \(error.sentence)",
                        details: error.evidence)
                ]
            }
        }
        return []
    }

    /// The program ended before a step was done. If all that is left only takes faults away, that is not missed.
    private func missed(_ index: Int) -> [Problem] {
        if point.fault.steps[index...].allSatisfy(\.isRelief) { return [] }
        return [
            Problem(
                .fault, "step \(index + 1) of fault '\(point.fault.name)' never came: the program ended before",
                details: deafness.withLock { $0 })
        ]
    }

    private func reach(
        _ moment: FaultStep.Moment, since began: ContinuousClock.Instant, _ unseen: inout Unseen
    ) async throws {
        switch moment {
        case .time(let span): try await Task.sleep(until: began + span.duration)
        case .output(let pattern):
            while let line = await unseen.output.next() { if pattern.matches(line) { return } }
            throw CancellationError()
        case .kernelLine(let pattern, let node):
            let name = node.map(point.nodeName)
            while let line = await unseen.kernels.next() {
                if name == nil || line.node == name, pattern.matches(line.text) { return }
            }
            throw CancellationError()
        case .hops(let count): try await hands.awaitHops(count)
        }
    }
}

extension FaultDriver.Hands {
    /// The real ones.
    ///
    /// - Parameter program: the program's file name.
    init(_ booted: BootedLab, _ nodes: [RecordedNode], origin: String, program: String) {
        self.init(
            awaitHops: { count in
                let origin = try booted.access.node(origin)
                guard let node = nodes.first(where: { $0.node.id == origin.id }) else { throw CancellationError() }
                try await node.guest.awaitHops(count)
            },
            inject: { try await Self.inject($0, booted.access, program) })
    }

    private static func inject(_ action: FaultStep.Action, _ access: LabAccess, _ program: String) async throws {
        let faults = Faults(access: access), net = NetworkControl(access: access)
        switch action {
        case .cut(let node): try await net.setLink(try access.node(node), up: false)
        case .heal(let node): try await net.heal(try access.node(node))
        case .impair(let node, let delay, let loss, let rate):
            try await net.impair(try access.node(node), Impairment(delay: delay, loss: loss, rate: rate))
        case .kill(let node): try faults.kill(try access.node(node))
        case .freeze(let node): try await faults.freeze(try access.node(node))
        case .thaw(let node): try await faults.thaw(try access.node(node))
        case .panic(let node): try await faults.panic(try access.node(node))
        case .killOrigin: _ = try await faults.killProcess(program, .origin)
        case .killWorker(let node): _ = try await faults.killProcess(program, .worker(try access.node(node)))
        }
    }
}

extension FaultStep {
    /// It takes a fault away; a program that ended before it needs it no more.
    var isRelief: Bool {
        switch action {
        case .heal, .thaw: true
        default: false
        }
    }
}
