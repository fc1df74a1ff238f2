import ArgumentParser
import FoundationEssentials
import Guest
import Support

/// The root command; every verb is a file of its own.
package struct PopcornLab: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "popcorn-lab",
        abstract: "Run kernels of different ISAs side by side, connected by one message layer.",
        discussion: """
            popcorn-lab brings up x86-64 and aarch64 QEMU guests whose kernels exchange messages, runs programs that are \
            built for both ISAs, and puts what the kernels say and send on one clock.

              popcorn-lab doctor               can this host do it?
              popcorn-lab up x86,arm           both guests ready, message layer connected
              popcorn-lab ping x86 arm         message round trips, beside raw TCP
              popcorn-lab run ./hello          deploy to all nodes and run
              popcorn-lab logs -f              what all kernels say, on one clock
              popcorn-lab down

            A node is given by its name, its id, or an ISA that only one node has. A duration is a number with a unit: \
            200ms, 10s, 5min, 1h. Every flag can be set in the environment: POPCORN_LAB_LAB for --lab, and so on.

            Results go to stdout, all else to stderr. Exit codes: 0 ok, 1 failed, 64 wrong command line or lab file, 69 \
            this host cannot, 75 another command holds the lab, 124 timeout, 130, 143, 129 and 141 interrupted; `run`, \
            `exec` and `ssh` pass the program's code on, or 128 and the number of the signal that ended it.
            """,
        version: Version.current,
        groupedSubcommands: [
            CommandGroup(
                name: "Lab",
                subcommands: [
                    UpCommand.self, DownCommand.self, StatusCommand.self, ListCommand.self, ConfigCommand.self,
                    TutorialCommand.self,
                ]),
            CommandGroup(
                name: "Program",
                subcommands: [
                    BuildCommand.self, SDKCommand.self, InspectCommand.self, DeployCommand.self, RunCommand.self,
                    ProcessesCommand.self, MigrateCommand.self,
                ]),
            CommandGroup(
                name: "Observation",
                subcommands: [
                    LogsCommand.self, TraceCommand.self, PingCommand.self, CollectCommand.self, RunsCommand.self,
                    DiagnoseCommand.self, DumpCommand.self, GDBCommand.self,
                ]),
            CommandGroup(
                name: "Regression",
                subcommands: [
                    TestCommand.self, ResultsCommand.self, ReportCommand.self, HistoryCommand.self, ABCommand.self,
                    BisectCommand.self, ServeCommand.self,
                ]),
            CommandGroup(
                name: "Guest",
                subcommands: [
                    ExecCommand.self, SSHCommand.self, CopyCommand.self, ConsoleCommand.self, NetCommand.self,
                    FaultCommand.self,
                ]),
            CommandGroup(
                name: "Host",
                subcommands: [
                    ImagesCommand.self, KernelCommand.self, DoctorCommand.self, PruneCommand.self,
                    CompletionCommand.self,
                ]),
        ]
    )

    package init() {}

    private static func words() throws -> [String] {
        let words = Array(ProcessArguments.all.dropFirst())
        let flags = try EnvironmentFlags(ProcessInfo.processInfo.environment, root: CommandHelp.ofProgram)
        return flags?.adding(to: words) ?? words
    }

    /// What the second Ctrl-C leaves to say.
    private static let parting = """

        popcorn-lab: stopped at once. What was left behind is in the lab's record: \
        `popcorn-lab down` takes it away, `popcorn-lab prune` looks for more.

        """

    /// Runs the command line, and ends the process with its exit code.
    package static func start() async -> Never {
        do {
            var command = try parseAsRoot(try words())
            try await Termination.guarding(message: parting) {
                if var asynchronous = command as? any AsyncParsableCommand {
                    try await asynchronous.run()
                } else {
                    try command.run()
                }
            }
        } catch let code as ProgramExit {
            ProcessEnd.now(code.status)
        } catch let end as Terminated {
            ProcessEnd.now(end.status)
        } catch let next as ProgramReplacement {
            Notice.error(next.execute())
            ProcessEnd.now(.failure)
        } catch let error as any ActionableError {
            Notice.error(error)
            ProcessEnd.now(error.exitStatus)
        } catch {
            let text = fullMessage(for: error)
            let code = exitCode(for: error)
            if !text.isEmpty { code.isSuccess ? Output.line(text) : Notice.line(text) }
            ProcessEnd.now(code.rawValue)
        }
        ProcessEnd.now(.success)
    }
}

/// The end of `run`, `exec` and `ssh`: the program's own exit code, which becomes ours.
struct ProgramExit: Error {
    let status: Int32

    init(status: Int32) { self.status = status }

    /// Says on stderr which signal it was, if one ended the program: 128 and its number may also be its exit code.
    init(of result: RemoteResult, _ what: String) {
        if let text = result.signalText { Notice.line("popcorn-lab: \(what): \(text)") }
        status = result.exitCode
    }
}

/// The end of `build`: another program takes the place of this one, so that its messages, its exit code and signals to it
/// are those of this process.
///
/// It is thrown rather than done where it is decided: a thread that is being created while another executes a program fails.
struct ProgramReplacement: Error {
    let path: String
    let arguments: [String]
    /// Variables that it gets beside ours, unless we have them.
    let additions: [String: String]

    /// Returns only if the program cannot be executed.
    func execute() -> SystemError {
        let words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { $0.withBytes { strdup($0) } } + [nil]
        for (name, value) in additions { setenv(name, value, 0) }
        execv(path, words)
        return SystemError("execute \(path)")
    }
}
