import FoundationEssentials
import Support

/// The shards of a run, each a task of a job array; those that are lost get a new array.
struct ShardArray: Sendable {
    /// Slurm tells nobody but its administrator of what happens (strigger(1)), and `sbatch --wait` asks in turns as well. So
    /// we ask too: at first this often, then more and more seldom as long as nothing happens.
    private static let shortestPause = Duration.seconds(1)
    private static let longestPause = Duration.seconds(15)
    /// How many questions in a row may stay without an answer: a controller is restarted now and then.
    private static let patience = 20

    /// What the shards have found.
    private(set) var ledger: ShardLedger
    let options: SlurmOptions
    let slurm: Slurm

    /// All job arrays so far, by their ids.
    private(set) var jobs: [String] = []
    /// The job that a shard's task is of now.
    private var active: [Int: String] = [:]
    private var submissions: [Int: Int] = [:]
    private var last: [Int: SlurmTask] = [:]

    /// Begins with no job.
    init(_ ledger: ShardLedger, _ options: SlurmOptions, _ slurm: Slurm) {
        self.ledger = ledger
        self.options = options
        self.slurm = slurm
    }

    private var files: ShardFiles { ledger.files }
    private var shards: Int { ledger.shards }
    private func report(_ event: TestEvent) { ledger.report(event) }

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
            do { _ = try ledger.takeIn(shard) } catch { report(.note("shard \(shard): \(error.sentence)")) }
        }
    }

    /// Writes the end of the run.
    mutating func finish(seconds: Double, interrupted: Bool) throws {
        try ledger.finish(seconds: seconds, interrupted: interrupted)
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
        var isNews = false
        for shard in active.keys.sorted() where ledger.tellProgress(of: shard) { isNews = true }
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
            if try ledger.takeIn(shard), try mayTryAgain(shard) { again.append(shard) }
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

    /// Whether a shard that lacks cases gets another task; if not, its cases are given up.
    private mutating func mayTryAgain(_ shard: Int) throws -> Bool {
        let missing = ledger.missing(of: shard)
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
        try ledger.giveUp(missing, "shard \(shard) was lost \(tries) times, at last \(end)\(words)")
        return false
    }
}
