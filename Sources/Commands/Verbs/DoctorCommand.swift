import ArgumentParser
import Lab
import Support

/// `popcorn-lab doctor`: what this host can do.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Tell what this host can do, and why not more; exit with 69 if labs cannot work.")

    @Option(help: ArgumentHelp("The libvirt connection (default: chosen).", valueName: "uri"))
    var connect: String?

    @OptionGroup var output: FormatOption

    func run() async throws {
        let environment = try GlobalOptions.environment(uri: connect)
        let findings = await Doctor(environment: environment).findings()
        if output.format == .json {
            try Output.json(findings)
        } else {
            var table = Table("", "", "")
            for finding in findings {
                table.add(Self.mark(finding.verdict), finding.subject, finding.detail)
                if let hint = finding.hint { table.add("", "", "hint: \(hint)") }
            }
            for line in table.lines.dropFirst() { Output.line(line) }
        }
        guard findings.allSatisfy({ $0.verdict != .bad }) else {
            throw ProgramExit(status: ExitStatus.unavailable.rawValue)
        }
    }

    private static func mark(_ verdict: Doctor.Finding.Verdict) -> String {
        switch verdict {
        case .good: "ok"
        case .note: "note"
        case .bad: "BAD"
        }
    }
}
