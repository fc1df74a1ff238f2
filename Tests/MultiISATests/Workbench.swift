import Binaries
import FoundationEssentials
import Support
import TestSupport
import Testing

/// Compiles the programs of `Programs/` and `Images/programs` in a directory of its own and runs them.
final class Workbench: Sendable {
    private let scratch: Scratch
    var directory: String { scratch.path }

    struct Outcome: Sendable {
        var status: Int32
        var output: String
        var messages: String
    }

    init() throws { scratch = try Scratch() }

    static let root = #filePath.components(separatedBy: "/Tests/").dropLast().joined(separator: "/Tests/")
    static let programs = root + "/Tests/MultiISATests/Programs"

    /// The programs that ship with popcorn-lab.
    static let shipped = root + "/Images/programs"

    /// The sources of a program: `NAME.c`, or all of the folder `NAME`, which for a shipped one include `hop.c`.
    static func sources(_ name: String) throws -> [String] {
        for parent in [programs, shipped] where access("\(parent)/\(name).c", R_OK) == 0 {
            return ["\(parent)/\(name).c"]
        }
        let isShipped = access("\(shipped)/\(name)", R_OK) == 0
        let folder = "\(isShipped ? shipped : programs)/\(name)"
        let sources = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            .filter { $0.hasSuffix(".c") }.map { "\(folder)/\($0)" }
        return sources + (isShipped ? [shipped + "/hop.c"] : [])
    }

    /// Where a program is built: its name without folders, here.
    private func output(_ name: String) -> String { path(name.split(separator: "/").last.map(String.init) ?? name) }

    /// popcorn-cc as it was built with these tests.
    static func compiler() throws -> String { try builtProgram("popcorn-cc") }

    func path(_ name: String) -> String { scratch.file(name) }

    /// Runs popcorn-cc here.
    func popcornCC(_ arguments: [String]) async throws -> Outcome {
        try await run(Self.compiler(), arguments, environment: ["POPCORN_LAB_ROOT": Self.root])
    }

    /// Compiles a program for both ISAs and returns its path.
    func build(_ name: String, _ options: [String] = []) async throws -> String {
        let output = output(name) + options.joined()
        let outcome = try await popcornCC(options + Self.sources(name) + ["-o", output])
        try #require(outcome.status == 0, "\(outcome.messages)")
        return output
    }

    /// The same program, compiled by clang -O2 for this host, with a libc of the same kind.
    func buildPlain(_ name: String, _ options: [String] = []) async throws -> String {
        let output = output(name) + ".plain"
        let cache = Directories(environment: ProcessInfo.processInfo.environment).cache + "/sysroots/musl/x86-64/usr"
        let library = cache + "/lib/x86_64-linux-musl"
        let gcc = try await run("gcc", ["-print-libgcc-file-name"]).output.prefix { !$0.isNewline }
        let arguments =
            [
                "--target=x86_64-linux-musl", "-nostdlibinc", "-isystem", cache + "/include/x86_64-linux-musl", "-I",
                Self.root + "/Images/runtime/include", "-O2", "-ffp-contract=off", "-w", "-fno-pie", "-static",
                "-nostdlib", "--ld-path=ld.lld-19", "-o", output, library + "/crt1.o", library + "/crti.o",
            ] + options + (try Self.sources(name)) + [
                Self.programs + "/node.c", library + "/libc.a", String(gcc), library + "/crtn.o",
            ]
        let outcome = try await run("clang-19", arguments)
        try #require(outcome.status == 0, "\(outcome.messages)")
        return output
    }

    /// Runs a program with hops as `hops` says (`cover=1`, `every=10,max=100`; see transport_host.c).
    ///
    /// - Returns: what it did, and how many hops it made.
    func run(
        _ program: String, _ arguments: [String] = [], hops: String, input: String = "",
        environment: [String: String] = [:]
    ) async throws -> (outcome: Outcome, hops: Int) {
        let log = path("hops-\(UInt32.random(in: 0...UInt32.max)).log")
        var variables = environment
        variables["POPCORN_HOST_LAB"] = "log=\(log),\(hops)"
        let outcome = try await run(program, arguments, input: input, environment: variables)
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return (outcome, text.split(separator: "\n").count)
    }

    /// Runs any program, for five minutes at most.
    @discardableResult
    func run(
        _ program: String, _ arguments: [String] = [], input: String = "", environment: [String: String] = [:]
    ) async throws -> Outcome {
        var command = HostCommand(program, arguments)
        command.environment = environment.mapValues { $0 }
        command.directory = directory
        command.input = .bytes(Array(input.utf8))
        command.limit = .seconds(300)
        let outcome = try await command.run()
        return Outcome(
            status: outcome.ending.shellStatus, output: outcome.text, messages: outcome.errorText)
    }
}
