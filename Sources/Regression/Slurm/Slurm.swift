import Support

/// The commands of Slurm (sbatch(1), squeue(1), scancel(1), sinfo(1)), of versions 20.11 and later.
struct Slurm: Sendable {
    /// The Debian package of these commands.
    private static let package = "slurm-client"
    /// How long a command waits for the controller. Slurm's own limit for a message is 10 s by default, and it tries again.
    private static let limit = Duration.seconds(120)

    /// How many nodes the cluster has.
    ///
    /// - Throws: `RegressionError` if there is no Slurm, or no node.
    func nodeCount() async throws -> Int {
        let answer = try await check(
            "sinfo", ["--noheader", "--Node", "--format=%N"], purpose: "ask Slurm for its nodes")
        let nodes = Set(answer.split(separator: "\n"))
        guard !nodes.isEmpty else {
            throw RegressionError(
                .scheduler, "Slurm has no partition with nodes that you may use",
                hint: "`sinfo` lists the partitions; ask who runs the cluster")
        }
        return nodes.count
    }

    /// Submits a job array.
    ///
    /// - Parameters:
    ///   - script: what each task runs, as the path of a file, which Slurm copies.
    ///   - tasks: their numbers.
    ///   - throttle: how many of them may run at the same time.
    ///   - output: where tasks write to; `%a` in it stands for a task's number, `%A` for the job's.
    ///   - words: further options of sbatch.
    /// - Returns: the job's id.
    /// - Throws: `RegressionError` with what sbatch said if it refuses.
    func submit(
        _ script: String, name: String, tasks: [Int], throttle: Int?, output: String, words: [String]
    ) async throws -> String {
        var array = Self.ranges(tasks)
        if let throttle { array += "%\(throttle)" }
        let answer = try await check(
            "sbatch",
            [
                "--parsable", "--requeue", "--open-mode=append", "--job-name=\(name)", "--array=\(array)",
                "--output=\(output)",
            ] + words + [script], purpose: "submit the job array")
        // Of several clusters, `--parsable` prints `JOB;CLUSTER`.
        let id = answer.prefix { $0.isASCII && $0.isNumber }
        guard !id.isEmpty else {
            throw RegressionError(.scheduler, "sbatch names no job", details: [answer])
        }
        return String(id)
    }

    /// The tasks of job arrays, as far as the controller still knows them: it forgets a job some minutes after its end.
    ///
    /// - Throws: `RegressionError` if the controller does not answer.
    func tasks(of jobs: [String]) async throws -> [SlurmTask] {
        guard !jobs.isEmpty else { return [] }
        let command = Self.command(
            "squeue",
            [
                "--noheader", "--array", "--states=all", "--jobs=\(jobs.joined(separator: ","))",
                "--format=%F|%K|%T|%N|%r",
            ])
        let outcome = try await run(command, purpose: "ask Slurm for the job's tasks")
        if outcome.errorText.contains("Invalid job id") { return [] }
        guard outcome.ending.isSuccess else {
            throw RegressionError(
                .scheduler, "cannot ask Slurm for the job's tasks: squeue \(outcome.ending)",
                details: outcome.errorText.split(separator: "\n").map(String.init))
        }
        return outcome.text.split(separator: "\n").compactMap { SlurmTask(line: $0) }
    }

    /// Ends jobs with all their tasks; those that have ended already do no harm.
    func cancel(_ jobs: [String]) async throws {
        guard !jobs.isEmpty else { return }
        _ = try await run(Self.command("scancel", jobs), purpose: "cancel the job")
    }

    /// `1-3,7` for 1, 2, 3 and 7.
    static func ranges(_ numbers: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for number in Set(numbers).sorted() {
            if let last = ranges.last, last.upperBound == number - 1 {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }

    private static func command(_ program: String, _ arguments: [String]) -> HostCommand {
        var command = HostCommand(program, arguments, package: package)
        command.limit = limit
        return command
    }

    private func check(_ program: String, _ arguments: [String], purpose: String) async throws -> String {
        let command = Self.command(program, arguments)
        do {
            return try await command.check().text
        } catch let error as HostCommandError {
            throw Self.error(error, purpose)
        }
    }

    private func run(_ command: HostCommand, purpose: String) async throws -> HostCommand.Outcome {
        do {
            return try await command.run()
        } catch let error as HostCommandError {
            throw Self.error(error, purpose)
        }
    }

    private static func error(_ error: HostCommandError, _ purpose: String) -> RegressionError {
        var result = RegressionError(.scheduler, cannot: purpose, error)
        guard error.reason != .missing else {
            result.hint = "install the package \(package) on this host, or leave --engine slurm out"
            return result
        }
        result.hint =
            "`sinfo` tells whether the controller answers, and which partitions there are; --slurm-option "
            + "gives sbatch further options, such as --partition=NAME"
        return result
    }
}
