import Lab
import Logging
import Support
import Testing

extension Lab {
    /// The lab as a program that is built on `Lab` sees it.
    func labAccess() throws -> LabAccess {
        let tool = workplace.popcornLab
        let environment = LabEnvironment(
            directories: workplace.directories,
            share: try Share.locate(environment: tool.variables, executable: tool.executable),
            variables: tool.variables, commandLine: ["EndToEndTests"], uri: nil, log: Logger(label: "test"))
        return try LabAccess(environment: environment, name: name)
    }

    /// Starts threads of `wander` at x86, moves them to arm, and ends the program whatever becomes of `body`, which gets its id.
    func withWanderersAway(
        _ count: Int, _ body: (Lab, Int32) async throws -> Void
    ) async throws {
        try await self("deploy", try await Compiled.wander(self))
        let started = try await self(
            "exec", "x86", "cd /root; </dev/null >/dev/null 2>&1 ./wander forever \(count) & echo $!")
        let pid = try #require(started.lines.first.flatMap { Int32($0) })
        try await repairing { lab in
            try await lab("exec", "x86", "kill -9 \(pid) 2>/dev/null; true")
        } after: { lab in
            try await lab(
                "exec", "x86", "until [ $(grep -c '^L: ' /proc/popcorn_ps) = \(count) ]; do usleep 20000; done")
            try await lab("migrate", "\(pid)", "--on", "x86", "--to", "arm", "--all")
            try await body(lab, pid)
        }
    }
}
