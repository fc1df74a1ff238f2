import FoundationEssentials
import Lab
import Results
import Support
import Topology

/// What programs write when nothing moves them, for cases that must write the same: each is run once.
actor Baselines {
    private struct Key: Hashable {
        var program: SuiteProgram
        var arguments: String
        var lab: String
        var start: String
    }

    private var known: [Key: (stdout: [UInt8], stderr: [UInt8])] = [:]

    /// `nil` if the case does not ask for it.
    ///
    /// - Throws: `CaseFailure` if the unmoved run has no result to compare with.
    func outputs(
        of one: SuiteCase, program: String, on nodes: [RecordedNode], _ booted: BootedLab, _ settings: TestRun.Options
    ) async throws -> (stdout: [UInt8], stderr: [UInt8])? {
        guard one.expectation.stdout == .unmigrated || one.expectation.stderr == .unmigrated else { return nil }
        let point = one.point
        let key = Key(program: point.program, arguments: point.arguments, lab: point.lab.name, start: point.start)
        if let found = known[key] { return found }
        var options = RunProgram.Options()
        options.origin = point.start
        options.environment = point.program.environment
        options.arguments = ShellWord.words(of: point.arguments) ?? []
        options.timeout = booted.scale((one.expectation.limit ?? settings.limit).duration)
        options.stays = true
        options.collects = false
        let outputs = try await Self.run(program, options, on: nodes, booted, settings)
        known[key] = outputs
        return outputs
    }

    private static func run(
        _ program: String, _ options: RunProgram.Options, on nodes: [RecordedNode], _ booted: BootedLab,
        _ settings: TestRun.Options
    ) async throws -> (stdout: [UInt8], stderr: [UInt8]) {
        let folder = "\(settings.scratch)/unmoved-\(UUID().uuidString)"
        try Directories.create(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let streams = try ProgramStreams(in: folder, limit: settings.outputLimit)
        let result: Result<RunProgram.Attempt, any Error>
        do {
            result = .success(
                try await RunProgram(access: booted.access, options: options).attempt(
                    program, streams.streams, on: nodes))
        } catch {
            result = .failure(error)
        }
        let (out, errors) = await streams.finish()
        let ending: String
        do {
            let ended = try result.get().ending.get()
            if ended.succeeded, !out.isTruncated, !errors.isTruncated { return (try out.read(), try errors.read()) }
            ending =
                ended.signalText
                ?? (ended.succeeded ? "it writes too much" : "it ended with exit code \(ended.exitCode)")
        } catch {
            try Task.checkCancellation()
            ending = error.sentence
        }
        throw CaseFailure(
            Problem(.build, "the run that is not moved, with which it is to be compared, has no result: \(ending)"))
    }
}
