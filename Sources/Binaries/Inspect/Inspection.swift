import ISA
import Support

/// Both binaries of a program, side by side: what `popcorn-lab inspect NAME` prints.
package struct Inspection: Sendable {
    /// A loaded section that is not empty, in one of the binaries or in both.
    package struct SectionRow: Sendable, Equatable {
        /// As in the section headers, such as `.text` or `.popcorn.data`.
        package var name: String
        /// Bytes in each binary that has the section.
        package var sizes: [ISA: UInt64]
        /// Where the section begins in memory, in each binary that has it.
        package var addresses: [ISA: UInt64]
        /// Whether the section must have the same address and size everywhere.
        package var isShared: Bool
    }

    /// What popcorn-cc says about the program; both binaries say the same.
    package let description: ProgramDescription
    /// The file of each ISA.
    package let binaries: [ISA: ELFFile]
    /// Those of the x86-64 binary in its order, then those that only the aarch64 binary has.
    package let sections: [SectionRow]
    /// Symbols that differ where they must not; empty for what popcorn-cc linked.
    package let differences: [String]
    /// How many symbols lie at equal addresses.
    package let sharedSymbols: Int

    /// Reads `PROGRAM_x86-64` and `PROGRAM_aarch64`.
    ///
    /// - Throws: `BinaryError` if one is missing, damaged, not made by popcorn-cc, or if they are of two programs.
    package init(program: String) throws {
        let x86 = try ELFFile(path: MultiISABinary.path(of: program, for: .x86_64))
        let arm = try ELFFile(path: MultiISABinary.path(of: program, for: .aarch64))
        description = try ProgramDescription(of: x86)
        guard let id = x86.buildID, id == arm.buildID, try ProgramDescription(of: arm) == description else {
            throw BinaryError(
                .mismatch,
                "\(x86.name) and \(arm.name) are of different programs (build ids \(x86.buildID ?? "none"), "
                    + "\(arm.buildID ?? "none"))",
                hint: "compile the program again, and deploy both files")
        }
        binaries = [.x86_64: x86, .aarch64: arm]
        let comparison = try LayoutComparison(x86, arm)
        differences = comparison.differences
        sharedSymbols = comparison.count
        sections = Self.rows(binaries)
    }

    private static func rows(_ files: [ISA: ELFFile]) -> [SectionRow] {
        var rows: [SectionRow] = []
        for isa in ISA.allCases {
            for section in files[isa]?.sections ?? [] where section.isLoaded && section.size > 0 {
                let index = rows.firstIndex { $0.name == section.name }
                if index == nil {
                    rows.append(
                        SectionRow(
                            name: section.name, sizes: [:], addresses: [:],
                            isShared: section.name.hasPrefix(".popcorn.")))
                }
                rows[index ?? rows.count - 1].sizes[isa] = section.size
                rows[index ?? rows.count - 1].addresses[isa] = section.address
            }
        }
        return rows
    }
}
