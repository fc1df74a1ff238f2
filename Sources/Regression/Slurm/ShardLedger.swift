import FoundationEssentials
import Results
import Support

/// What the shards of a run have found, and the run's own log, into which it is merged.
struct ShardLedger: Sendable {
    let header: RunHeader
    let files: ShardFiles
    let log: ResultLog
    let shards: Int
    let report: @Sendable (TestEvent) -> Void

    private var merge: ShardMerge
    private var merged: Set<String> = []
    private var follower = ShardFollower()
    private let plans: [String: PlannedCase]
    private let parts: [Int: Set<String>]

    /// Begins with a log that has only the run's header.
    init(
        header: RunHeader, files: ShardFiles, log: ResultLog, shards: Int,
        report: @escaping @Sendable (TestEvent) -> Void
    ) {
        self.header = header
        self.files = files
        self.log = log
        self.shards = shards
        self.report = report
        merge = ShardMerge(header)
        plans = Dictionary(header.cases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        // As `Shard` cuts them.
        parts = Dictionary(grouping: header.cases.enumerated()) { $0.offset % shards + 1 }.mapValues {
            Set($0.map(\.element.id))
        }
    }

    /// The ids of the cases that a shard lacks.
    func missing(of shard: Int) -> [String] {
        let part = parts[shard] ?? []
        return merge.missing.map(\.id).filter(part.contains)
    }

    /// Tells what a shard's logs say since they were asked last.
    ///
    /// - Returns: whether they say anything.
    mutating func tellProgress(of shard: Int) -> Bool {
        var isNews = false
        for run in files.runs(of: shard) {
            for event in follower.news(of: files.log(of: shard, run)) {
                isNews = true
                tell(event, of: shard)
            }
        }
        return isNews
    }

    private func tell(_ event: RunEvent, of shard: Int) {
        switch event {
        case .booted(var boot):
            boot.id += "@\(shard)"
            report(.booted(boot))
        case .tried(let id, let attempt):
            if let plan = plans[id] { report(.tried(plan, attempt)) }
        case .referenceTried(let id, let attempt):
            if let plan = plans[id] { report(.referenceTried(plan, attempt)) }
        // Whether what was left out is not run is known when the task is over.
        case .began, .diagnosed, .skipped, .tasks, .ended: break
        }
    }

    /// Merges what a shard has left so far.
    ///
    /// - Returns: whether it lacks cases.
    /// - Throws: `SystemError` if the run's log cannot be written.
    mutating func takeIn(_ shard: Int) throws -> Bool {
        files.refresh(shard)
        _ = tellProgress(of: shard)
        for (index, run) in files.runs(of: shard).enumerated() {
            let log = files.log(of: shard, run)
            guard merged.insert(log).inserted else { continue }
            let name = index == 0 ? "\(shard)" : "\(shard).\(index + 1)"
            do {
                try add(try ShardPart(name: name, folder: files.folder(of: shard, run), log: log))
            } catch let error as ResultError {
                // A log that a lost node left half written; its cases are run again.
                report(.note("what shard \(shard) left does not count: \(error.sentence)"))
            }
        }
        return !missing(of: shard).isEmpty
    }

    private mutating func add(_ part: ShardPart) throws {
        for event in try merge.add(part) {
            try log.append(event)
            if case .skipped(let id, let reason) = event, let plan = plans[id] {
                report(.skipped(plan, reason: reason))
            }
        }
    }

    /// Gives cases up: they are not run, for this reason.
    mutating func giveUp(_ ids: [String], _ reason: String) throws {
        for id in ids {
            try log.append(merge.giveUp(id, reason: reason))
            if let plan = plans[id] { report(.skipped(plan, reason: reason)) }
        }
    }

    /// Writes the end of the run.
    mutating func finish(seconds: Double, interrupted: Bool) throws {
        if interrupted { try giveUp(merge.missing.map(\.id), "the run was interrupted") }
        try log.append(.tasks(counts))
        try log.append(
            merge.end(seconds: seconds, interrupted: interrupted) ?? .ended(seconds: seconds, interrupted: true))
    }

    private var counts: TaskCounts {
        let all = (1...shards).map { files.executions(of: $0) }
        let began = all.reduce(0) { $0 + $1.began }
        return TaskCounts(
            shards: shards, executions: began, lost: began - all.reduce(0) { $0 + $1.ended },
            requeued: all.reduce(0) { $0 + $1.requeued })
    }
}
