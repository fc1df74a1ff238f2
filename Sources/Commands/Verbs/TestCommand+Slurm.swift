import ArgumentParser
import Lab
import Regression

extension TestCommand {
    /// What only makes sense where the labs are on this host.
    func validateForSlurm() throws {
        if choice.resume != nil {
            throw ValidationError("--resume knows by itself where the labs of a run are; leave --engine out.")
        }
        if choice.shard != nil {
            throw ValidationError("--engine slurm cuts the suite itself: --shards N, not --shard.")
        }
        if how.keepLab || how.updateGolden {
            throw ValidationError("--keep-lab and --update-golden need labs on this host, not --engine slurm.")
        }
    }

    /// Runs the cases as a job array, and gives the exit code.
    func runOnSlurm(
        _ suite: Suite, _ cases: [SuiteCase], seed: UInt32, _ environment: LabEnvironment, _ progress: TestProgress
    ) async throws -> any Error {
        let (run, results) = try await progress.following {
            try await slurmRun(environment, progress).run(
                suite, cases, seed: seed, boots: how.rounds(of: suite))
        }
        return try await conclude(run, results, suite, environment)
    }

    /// What runs suites on a cluster, and tells of it.
    func slurmRun(_ environment: LabEnvironment, _ progress: TestProgress) -> SlurmRun {
        SlurmRun(
            environment: environment, executable: GlobalOptions.executable,
            options: cluster.options(taskWords: how.words)
        ) { progress.show($0) }
    }
}
