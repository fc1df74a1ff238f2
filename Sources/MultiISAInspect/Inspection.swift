import ISA
import Support
import Topology

/// Both binaries of a program, side by side: what `popcorn-lab inspect NAME` prints.
public struct Inspection: Sendable {
    public struct SectionRow: Sendable, Equatable {
        public var name: String
        /// Bytes in each binary that has the section.
        public var sizes: [ISA: UInt64]
        public var addresses: [ISA: UInt64]
        /// Whether the section must have the same address and size everywhere.
        public var isShared: Bool
    }

    public let description: ProgramDescription
    public let binaries: [ISA: LinkedELF]
    public let sections: [SectionRow]
    /// Symbols that differ where they must not; empty for what popcorn-cc linked.
    public let differences: [String]
    /// How many symbols lie at equal addresses.
    public let sharedSymbols: Int

    /// Reads `PROGRAM_x86-64` and `PROGRAM_aarch64`.
    ///
    /// - Throws: `InspectError` if one is missing, damaged, not made by popcorn-cc, or if they are of two programs.
    public init(program: String) throws {
        let x86 = try LinkedELF(path: "\(program)_\(ISA.x86_64.rawValue)")
        let arm = try LinkedELF(path: "\(program)_\(ISA.aarch64.rawValue)")
        description = try ProgramDescription(of: x86)
        guard let id = x86.buildID, id == arm.buildID, try ProgramDescription(of: arm) == description else {
            throw InspectError(
                .mismatch,
                "\(x86.path) and \(arm.path) are of different programs (build ids \(x86.buildID ?? "none"), "
                    + "\(arm.buildID ?? "none"))",
                hint: "compile the program again, and deploy both files")
        }
        binaries = [.x86_64: x86, .aarch64: arm]
        let comparison = LayoutComparison(x86, arm)
        differences = comparison.differences
        sharedSymbols = comparison.count
        sections = Self.rows(x86, arm)
    }

    private static func rows(_ files: LinkedELF...) -> [SectionRow] {
        var rows: [SectionRow] = []
        for file in files {
            for section in file.sections where section.flags & 2 != 0 && section.size > 0 {
                let index = rows.firstIndex { $0.name == section.name }
                if index == nil {
                    rows.append(
                        SectionRow(
                            name: section.name, sizes: [:], addresses: [:],
                            isShared: section.name.hasPrefix(".popcorn.")))
                }
                rows[index ?? rows.count - 1].sizes[file.isa] = section.size
                rows[index ?? rows.count - 1].addresses[file.isa] = section.address
            }
        }
        return rows
    }
}
