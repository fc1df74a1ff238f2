import FoundationEssentials
import Results
import Support

/// The shards of a run, each a task of a job array; those that are lost get a new array.
struct ShardArray: Sendable {
    /// Slurm tells nobody but its administrator of what happens (strigger(1)), and `sbatch --wait` asks in turns as well. So
    /// we ask too: at first this often, then more and more seldom as long as nothing happens.
    private static let shortestPause = Duration.seconds(1)
    private static let longestPause = Duration.seconds(15)
    /// How many questions in a row may stay without an answer: a controller is restarted now and then.
    private static let patience = 20

    let header: RunHeader
    let files: ShardFiles
    let log: ResultLog
    let shards: Int
    let options: SlurmOptions
    let slurm: Slurm
    let report: @Sendable (TestEvent) -> Void

    /// All job arrays so far, by their ids.
    private(set) var jobs: [String] = []
    /// The job that a shard's task is of now.
    private var active: [Int: String] = [:]
    private var submissions: [Int: Int] = [:]
    private var merge: ShardMerge
    private var merged: Set<String> = []
    private var last: [Int: SlurmTask] = [:]
    private var follower = ShardFollower()
    private let plans: [String: PlannedCase]
    private let parts: [Int: Set<String>]

    init(
        header: RunHeader, files: ShardFiles, log: ResultLog, shards: Int, options: SlurmOptions, slurm: Slurm,
        report: @escaping @Sendable (TestEvent) -> Void
    ) {
        self.header = header
        self.files = files
        self.log = log
        self.shards = shards
        self.options = options
        self.slurm = slurm
        self.report = report
        merge = ShardMerge(header)
        plans = Dictionary(header.cases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        // As `Shard` cuts them.
        parts = Dictionary(grouping: header.cases.enumerated()) { $0.offset % shards + 1 }.mapValues {
            Set($0.map(\.element.id))
        }
    }

    /// Submits all shards.
    mutating func submit() async throws { try await submit(Array(1...shards)) }

    /// Waits until every shard has run, or was given up.
    ///
    /// - Throws: `CancellationError`; `RegressionError` if Slurm does not answer any more, or refuses another array.
    mutating func awaitEnd() async throws {
        var pause = Self.shortestPause
        while !active.isEmpty {
            try await Task.sleep(for: pause)
            let isNews = try await look()
            pause = isNews ? Self.shortestPause : min(pause * 2, Self.longestPause)
        }
    }

    /// Cancels all jobs, waits for their tasks' ends and takes in what they left. It does what it can.
    mutating func cancel() async {
        do {
            try await slurm.cancel(jobs)
            while try await slurm.tasks(of: jobs).contains(where: { !$0.isOver }) {
                try await Task.sleep(for: Self.shortestPause)
            }
        } catch {
            report(.note("job \(jobs.joined(separator: ", ")) may go on: \(error.sentence)"))
        }
        for shard in active.keys.sorted() {
            do { try takeIn(shard) } catch { report(.note("shard \(shard): \(error.sentence)")) }
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

    /// Takes over what an earlier command has submitted; shards that it came to no job for are submitted.
    mutating func takeOver() async throws {
        for line in ByteText.text(Array(try AtomicFile.read(files.jobs) ?? Data())).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let job = words.first else { continue }
            note(String(job), words.dropFirst().compactMap { Int($0) }.filter { (1...shards).contains($0) })
        }
        let rest = (1...shards).filter { active[$0] == nil }
        if !rest.isEmpty { try await submit(rest) }
    }

    private mutating func note(_ job: String, _ numbers: [Int]) {
        jobs.append(job)
        for number in numbers {
            active[number] = job
            submissions[number, default: 0] += 1
            last[number] = nil
        }
    }

    private mutating func submit(_ numbers: [Int]) async throws {
        let job = try await slurm.submit(
            files.script, name: "popcorn-lab-\(files.mark)", tasks: numbers, throttle: options.throttle,
            output: files.output, words: options.words)
        note(job, numbers)
        try AtomicFile.append(Array("\(job) \(numbers.map(String.init).joined(separator: " "))\n".utf8), to: files.jobs)
        report(.note("job \(job): \(numbers.count == 1 ? "shard" : "shards") \(Slurm.ranges(numbers)) of \(shards)"))
    }

    /// Asks Slurm once, and acts on what it says.
    ///
    /// - Returns: whether anything has happened.
    private mutating func look() async throws -> Bool {
        let tasks = try await ask()
        var isNews = tellProgress()
        var again: [Int] = []
        for (shard, job) in active.sorted(by: { $0.key < $1.key }) {
            let task = tasks.first { $0.job == job && $0.number == shard }
            if let task, task != last[shard] {
                isNews = true
                tell(task)
                last[shard] = task
            }
            // One that is forgotten was over before.
            guard task?.isOver ?? true else { continue }
            isNews = true
            active[shard] = nil
            if try takeIn(shard), try mayTryAgain(shard) { again.append(shard) }
        }
        if !again.isEmpty { try await submit(again) }
        return isNews
    }

    private func ask() async throws -> [SlurmTask] {
        var failures = 0
        while true {
            do {
                return try await slurm.tasks(of: Array(Set(active.values)).sorted())
            } catch let error as RegressionError {
                failures += 1
                guard failures < Self.patience else { throw error }
                if failures == 1 { report(.note("\(error.sentence); asking again")) }
                try await Task.sleep(for: Self.longestPause)
            }
        }
    }

    private func tell(_ task: SlurmTask) {
        let before = last[task.number]
        if let before, before.state != "PENDING", task.state == "PENDING" {
            report(.note("shard \(task.number) was requeued (it was \(before.words))"))
        } else if task.state != "PENDING" || task.reason != "None" {
            report(.note("shard \(task.number): \(task.words)"))
        }
    }

    /// Tells what the shards' logs say since it was told last.
    private mutating func tellProgress() -> Bool {
        var isNews = false
        for shard in active.keys.sorted() {
            for run in files.runs(of: shard) {
                for event in follower.news(of: files.log(of: shard, run)) {
                    isNews = true
                    tell(event, of: shard)
                }
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
        // Whether what was left out is not run is known when the task is over.
        case .began, .diagnosed, .skipped, .tasks, .ended: break
        }
    }

    /// Merges what a shard has left so far.
    ///
    /// - Returns: whether it lacks cases.
    @discardableResult
    private mutating func takeIn(_ shard: Int) throws -> Bool {
        _ = tellProgress()
        for (index, run) in files.runs(of: shard).enumerated() {
            let log = files.log(of: shard, run)
            guard merged.insert(log).inserted else { continue }
            let name = index == 0 ? "\(shard)" : "\(shard).\(index + 1)"
            do {
                let part = try ShardPart(name: name, folder: files.folder(of: shard, run), log: log)
                for event in try merge.add(part) {
                    try self.log.append(event)
                    if case .skipped(let id, let reason) = event, let plan = plans[id] {
                        report(.skipped(plan, reason: reason))
                    }
                }
            } catch let error as ResultError {
                // A log that a lost node left half written; its cases are run again.
                report(.note("what shard \(shard) left does not count: \(error.sentence)"))
            }
        }
        return !missing(of: shard).isEmpty
    }

    private func missing(of shard: Int) -> [String] {
        let part = parts[shard] ?? []
        return merge.missing.map(\.id).filter(part.contains)
    }

    /// Whether a shard that lacks cases gets another task; if not, its cases are given up.
    private mutating func mayTryAgain(_ shard: Int) throws -> Bool {
        let missing = missing(of: shard)
        let tries = max(submissions[shard, default: 0], files.executions(of: shard).began)
        let end = last[shard]?.words ?? "gone from Slurm's queue"
        let count = "\(missing.count) \(missing.count == 1 ? "case" : "cases")"
        if tries < options.executions {
            report(.note("shard \(shard) was lost (\(end)); \(count) will be run by another task"))
            return true
        }
        let words =
            files.lastWords(of: shard).map { "; it said last: \($0)" }
            ?? "; it said nothing: do all nodes see its directory?"
        try giveUp(missing, "shard \(shard) was lost \(tries) times, at last \(end)\(words)")
        return false
    }

    private mutating func giveUp(_ ids: [String], _ reason: String) throws {
        for id in ids {
            try log.append(merge.giveUp(id, reason: reason))
            if let plan = plans[id] { report(.skipped(plan, reason: reason)) }
        }
    }
}
