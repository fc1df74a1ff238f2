import Support
import Topology

/// Runs a program of the tutorial, hands its output on as it comes, and compares it with what is expected.
package struct CheckedRun: Sendable {
    let access: LabAccess

    /// Prepares to run programs of the tutorial in the lab that `access` gives.
    package init(access: LabAccess) { self.access = access }

    /// Runs it.
    ///
    /// - Parameters:
    ///   - node: where it starts.
    ///   - eachLine: called with each line of its output; it may do something to the program meanwhile.
    /// - Throws: `LabError` if the program fails, or prints something else.
    @discardableResult
    package func run(
        _ program: TutorialPrograms.Program, on node: NodeRecord, input: Int32, errorOutput: Int32,
        eachLine: (String) async throws -> Void
    ) async throws -> RunProgram.Outcome {
        var options = RunProgram.Options()
        options.origin = node.name
        options.arguments = program.expected.arguments
        let runner = RunProgram(access: access, options: options)
        let copy = try OutputCopy()
        return try await withThrowingTaskGroup(of: RunProgram.Outcome.self) { group in
            group.addTask {
                defer { copy.close() }
                return try await runner.run(
                    program.path, RunProgram.Streams(input: input, output: copy.descriptor, errorOutput: errorOutput))
            }
            var output = ""
            for await line in copy.lines {
                output += line + "\n"
                try await eachLine(line)
            }
            guard let outcome = try await group.next() else { throw CancellationError() }
            try check(outcome, output, program, on: node)
            return outcome
        }
    }

    private func check(
        _ outcome: RunProgram.Outcome, _ output: String, _ program: TutorialPrograms.Program, on node: NodeRecord
    ) throws {
        let collected = outcome.run.map { "what the kernels said is in \($0.path)" }
        guard outcome.result.succeeded else {
            throw LabError(
                .commandFailed, "\(program.name) failed on \(node.name): exit code \(outcome.result.exitCode)",
                hint: collected)
        }
        let count = access.record.nodes.count
        guard let difference = program.expected.firstDifference(in: output, origin: node.id, nodes: count) else {
            return
        }
        throw LabError(
            .commandFailed, "\(program.name) on \(node.name): line \(difference.line) of its output is not as expected",
            details: [
                "expected: \(difference.expected ?? "nothing more")",
                "printed:  \(difference.actual ?? "nothing more")",
            ], hint: collected)
    }
}
