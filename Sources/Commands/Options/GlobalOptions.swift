import ArgumentParser
import FoundationEssentials
import Lab
import Logging
import Support
import Topology

/// The options of every command that knows a lab.
struct GlobalOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The lab (default: default, or the name in the lab file).", valueName: "name"),
        completion: .custom { _, _, _ in Completions.labs })
    var lab: String?

    @Option(
        help: ArgumentHelp(
            "The libvirt connection, such as qemu:///system (default: chosen; `doctor` says which).", valueName: "uri"))
    var connect: String?

    @Flag(name: .shortAndLong, help: "Log to stderr what is done, step by step.")
    var verbose: Bool = false

    var labName: String { lab ?? LabSpec.defaultName }

    /// What the use cases need to know of this process.
    func environment() throws -> LabEnvironment {
        try NameRule.check(lab: labName)
        return try Self.environment(uri: connect, verbose: verbose)
    }

    /// The lab, which must exist.
    func access() throws -> LabAccess { try LabAccess(environment: try environment(), name: labName) }

    static func environment(uri: String? = nil, verbose: Bool = false) throws -> LabEnvironment {
        let variables = ProcessInfo.processInfo.environment
        var log = Logger(label: "popcorn-lab") { VisibleLogHandler(.standardError(label: $0)) }
        log.logLevel = verbose ? .debug : .warning
        return LabEnvironment(
            directories: Directories(environment: variables),
            share: try Share.locate(environment: variables, executable: Self.executable),
            variables: variables, commandLine: ProcessArguments.all.map { VisibleText.text($0) },
            uri: uri ?? variables["LIBVIRT_DEFAULT_URI"], log: log)
    }

    /// The path of the running executable.
    static var executable: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }
}

/// `--format` and `--json`, of every command with a result that programs may want to read.
struct FormatOption: ParsableArguments {
    @Option(name: .customLong("format"), help: "How to print the result.")
    var chosen: OutputFormat = .table

    @Flag(help: "The same as --format json.")
    var json = false

    var format: OutputFormat { json ? .json : chosen }
}
