import ArgumentParser
import Lab
import Support

/// `popcorn-lab diagnose`: why a lab does not go on.
struct DiagnoseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diagnose", abstract: "Collect what tells why a lab does not go on: who waits for whom.",
        discussion: """
              popcorn-lab diagnose /tmp/hang

            The directory gets a directory for each node: its console, kernel log, processes, peers, counters and pages, where \
            all threads are, the kernel's answers to SysRq w, l and t, and the trace. Of a guest that does not answer it gets \
            QEMU's view. What was found in it is printed. Nothing in the lab is changed.

            With --dump, the memory of each guest is kept too, as an ELF core for `crash`.
            """)

    @OptionGroup var global: GlobalOptions

    @Flag(help: "Write a core of each guest, as large as its memory.")
    var dump = false

    @Argument(help: "The directory, which is made if need be.", completion: .directory)
    var directory: String

    func run() async throws {
        var options = Diagnosis.Options()
        options.dump = dump
        let outcome = try await Diagnosis(access: try global.access(), options: options).collect(into: directory)
        for problem in outcome.problems { Notice.warning(problem) }
        for finding in outcome.findings { Output.line(finding) }
        if outcome.findings.isEmpty { Output.line(outcome.summary) }
        Notice.line(
            "\(outcome.files.count) files in \(directory) (\(Duration.seconds(outcome.seconds).formattedSeconds))")
    }
}
