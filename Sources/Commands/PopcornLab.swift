import ArgumentParser
import FoundationEssentials
import Support

/// The root command; every verb is a file of its own.
public struct PopcornLab: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "popcorn-lab",
        abstract: "Run one program on two kernels of different instruction sets.",
        discussion: """
            popcorn-lab brings up x86-64 and aarch64 guests whose kernels talk over the Popcorn message layer, runs \
            multi-ISA programs on them, and collects what their kernels say.

              popcorn-lab up x86,arm           both guests ready, message layer connected
              popcorn-lab ping x86 arm         message round trips, beside raw TCP
              popcorn-lab run ./hello          deploy to all nodes and run
              popcorn-lab logs -f              what all kernels say, on one clock
              popcorn-lab down

            Every flag can also be set as POPCORN_LAB_FLAG. Exit codes: 0 ok, 1 failed, 64 usage, 69 this host cannot, \
            75 locked, 124 timeout, 130 and 143 interrupted; `run` and `exec` pass the program's code on.
            """,
        version: Version.current,
        groupedSubcommands: [
            CommandGroup(
                name: "Lab",
                subcommands: [
                    UpCommand.self, DownCommand.self, StatusCommand.self, ListCommand.self, ConfigCommand.self,
                    TutorialCommand.self,
                ]),
            CommandGroup(name: "Program", subcommands: [DeployCommand.self, RunCommand.self]),
            CommandGroup(
                name: "Observation",
                subcommands: [
                    LogsCommand.self, TraceCommand.self, PingCommand.self, CollectCommand.self, RunsCommand.self,
                ]),
            CommandGroup(
                name: "Guest",
                subcommands: [
                    ExecCommand.self, SSHCommand.self, CopyCommand.self, ConsoleCommand.self, NetCommand.self,
                ]),
            CommandGroup(
                name: "Host",
                subcommands: [ImagesCommand.self, DoctorCommand.self, PruneCommand.self, CompletionCommand.self]),
        ]
    )

    public init() {}

    private static func words() throws -> [String] {
        let words = Array(CommandLine.arguments.dropFirst())
        let flags = try EnvironmentFlags(ProcessInfo.processInfo.environment, root: CommandHelp.ofProgram)
        return flags?.adding(to: words) ?? words
    }

    /// Runs the command line, and ends the process with its exit code.
    public static func start() async -> Never {
        do {
            var command = try parseAsRoot(try words())
            try await Interruption.guarding {
                if var asynchronous = command as? any AsyncParsableCommand {
                    try await asynchronous.run()
                } else {
                    try command.run()
                }
            }
        } catch let code as ProgramExit {
            Glibc.exit(code.status)
        } catch let error as any ActionableError {
            Notice.error(error)
            Glibc.exit(error.exitStatus.rawValue)
        } catch {
            exit(withError: error)
        }
        Glibc.exit(ExitStatus.success.rawValue)
    }
}

/// The end of `run` and `exec`: the program's own exit code, which becomes ours.
struct ProgramExit: Error {
    let status: Int32
}
