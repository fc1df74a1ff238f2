import ArgumentParser
import Binaries
import ISA
import Support
import Topology

/// `popcorn-lab inspect`: both binaries of a program, side by side.
struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: """
            Show both binaries of a program side by side: sections, symbols, migratable functions, frames, and what \
            holds a thread where it is.
            """,
        discussion: """
              popcorn-lab inspect ./hello
              popcorn-lab inspect ./hello --json

            The program must have been made by popcorn-cc. Exits with 1 if a symbol that the binaries share lies at \
            different addresses.
            """)

    @OptionGroup var output: FormatOption

    @Argument(help: "The program's path without the ISA's suffix.", completion: .file())
    var program: String

    func run() async throws {
        let inspection = try Inspection(program: program)
        switch output.format {
        case .json: try Output.json(InspectionReport(inspection))
        case .table: show(inspection)
        }
        guard inspection.differences.isEmpty else { throw ProgramExit(status: ExitStatus.failure.rawValue) }
    }

    private func show(_ inspection: Inspection) {
        let description = inspection.description
        Output.line("\(program): build id \(description.buildID)")
        for isa in ISA.allCases {
            if let binary = inspection.binaries[isa] { Output.line("  \(isa.rawValue): \(binary.name)") }
        }
        Output.line("")
        showSections(inspection)
        Output.line("")
        if inspection.differences.isEmpty {
            Output.line("\(inspection.sharedSymbols) shared symbols and sections, all at equal addresses")
        } else {
            Output.line("at different addresses (x86-64, aarch64):")
            for difference in inspection.differences { Output.line("  \(difference)") }
        }
        Output.line("")
        showFunctions(description)
        Self.showHolds(description.holds)
    }

    private func showSections(_ inspection: Inspection) {
        var table = Table("SECTION", ">X86-64 ADDRESS", ">BYTES", ">AARCH64 ADDRESS", ">BYTES", "")
        for row in inspection.sections {
            func cells(_ isa: ISA) -> [String] {
                guard let address = row.addresses[isa], let size = row.sizes[isa] else { return ["-", "-"] }
                return ["0x" + String(address, radix: 16), String(size)]
            }
            table.add([row.name] + cells(.x86_64) + cells(.aarch64) + [row.isShared ? "the same on all ISAs" : ""])
        }
        Output.table(table)
    }

    private func showFunctions(_ description: ProgramDescription) {
        Output.line(
            "\(description.functions.count) functions may move; \(description.checks) migration checks "
                + "(policy \(description.policy))")
        guard !description.functions.isEmpty else { return }
        var table = Table(
            "FUNCTION", ">FRAME", ">POINTS", ">CHECKS", ">CALL SITES", ">SAVED", ">RECOMPUTED", ">FIRST SITE")
        for function in description.functions {
            table.add(
                function.name, "\(function.frameSize)\(function.grows ? "+" : "")", "\(function.migrationPoints)",
                "\(function.checkSites.count)", "\(function.callSites)", "\(function.savedValues)",
                "\(function.recomputedValues)", function.callSites > 0 ? "\(function.firstSite)" : "-")
        }
        Output.table(table)
        if description.functions.contains(where: \.grows) {
            Output.line("+: the frame grows at run time, by VLAs or alloca")
        }
    }
}

/// What `inspect --json` prints.
private struct InspectionReport: Encodable {
    struct Section: Encodable {
        struct Place: Encodable {
            var address: UInt64
            var bytes: UInt64
        }

        var name: String
        /// By ISA.
        var places: [String: Place]
        var isShared: Bool
    }

    let buildID: String
    /// Paths by ISA.
    let binaries: [String: String]
    let policy: String
    let checks: Int
    let sections: [Section]
    let sharedSymbols: Int
    let differences: [String]
    let functions: [ProgramDescription.Function]
    let holds: [Hold]

    init(_ inspection: Inspection) {
        buildID = inspection.description.buildID
        binaries = Dictionary(
            uniqueKeysWithValues: inspection.binaries.map { ($0.key.rawValue, $0.value.name) })
        policy = inspection.description.policy
        checks = inspection.description.checks
        sections = inspection.sections.map { row in
            let places = row.addresses.compactMap { isa, address in
                row.sizes[isa].map { (isa.rawValue, Section.Place(address: address, bytes: $0)) }
            }
            return Section(name: row.name, places: Dictionary(uniqueKeysWithValues: places), isShared: row.isShared)
        }
        sharedSymbols = inspection.sharedSymbols
        differences = inspection.differences
        functions = inspection.description.functions
        holds = inspection.description.holds
    }
}
