import ISA
import Support

/// A program that exists once for each ISA: `NAME_x86-64` and `NAME_aarch64` beside each other, and perhaps `NAME`,
/// the one for the machine that built it.
public struct MultiISABinary: Sendable, Hashable {
    /// The file for one ISA.
    public struct Variant: Sendable, Hashable {
        public var path: String
        public var file: ELFFile
    }

    /// The path without the ISA's suffix.
    public var path: String
    /// What each of the lab's ISAs runs.
    public var variants: [ISA: Variant]

    /// The last component of `path`: what the program is called on the nodes.
    public var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// Finds the files of a program and checks that every ISA of a lab can run its own and take over another's.
    ///
    /// For each ISA there must be `NAME_ISA`, or `NAME` if that is for this ISA: a static program at fixed addresses,
    /// since nodes have no libraries and a running program keeps its addresses when it moves.
    /// - Parameters:
    ///   - path: `NAME`, or one of the files with a suffix.
    ///   - isas: the ISAs of the lab.
    /// - Throws: `TopologyError` with code `.invalidBinary`, which lists every problem with the file's path.
    public init(path: String, isas: [ISA]) throws(TopologyError) {
        let base = Self.withoutSuffix(path)
        var variants: [ISA: Variant] = [:]
        var problems: [String] = []
        for isa in Set(isas).sorted() {
            do throws(TopologyError) {
                variants[isa] = try Self.variant(of: base, for: isa)
            } catch {
                problems.append(error.summary)
            }
        }
        guard problems.isEmpty else {
            let list = problems.map { "\n  \($0)" }.joined()
            throw TopologyError(
                .invalidBinary,
                problems.count == 1 ? problems[0] : "'\(base)' is not ready for this lab:\(list)",
                hint: "`popcorn-lab build` makes a program for every ISA from its C sources")
        }
        self.path = base
        self.variants = variants
    }

    /// Where the program for an ISA is looked for first.
    public static func path(of base: String, for isa: ISA) -> String { "\(base)_\(isa.rawValue)" }

    private static func withoutSuffix(_ path: String) -> String {
        for isa in ISA.allCases where path.hasSuffix("_" + isa.rawValue) {
            return String(path.dropLast(isa.rawValue.count + 1))
        }
        return path
    }

    private static func variant(of base: String, for isa: ISA) throws(TopologyError) -> Variant {
        let path = path(of: base, for: isa)
        if path.withBytes({ access($0, F_OK) }) == 0 { return try checked(path, isa) }
        // A program that was built for one ISA alone has no suffix.
        if let plain = try? ELFFile(path: base), plain.isa == isa { return try checked(base, isa) }
        throw TopologyError(.invalidBinary, "'\(path)' is missing: the lab has nodes that run \(isa.rawValue)")
    }

    private static func checked(_ path: String, _ isa: ISA) throws(TopologyError) -> Variant {
        let file = try ELFFile(path: path)
        guard file.machine == isa.elfMachine else {
            let found = file.isa?.rawValue ?? "machine \(file.machine)"
            throw TopologyError(.invalidBinary, "'\(path)' is for \(found), not for \(isa.rawValue)")
        }
        if !file.isStatic {
            let needs = [file.interpreter].compactMap(\.self) + file.neededLibraries
            throw TopologyError(
                .invalidBinary,
                "'\(path)' is linked dynamically and needs \(needs.joined(separator: ", ")); link it with -static")
        }
        switch file.kind {
        case .executable:
            return Variant(path: path, file: file)
        case .positionIndependent:
            throw TopologyError(
                .invalidBinary,
                "'\(path)' is position-independent, but a program keeps its addresses when it moves; "
                    + "link it with -no-pie"
            )
        case .relocatable, .other:
            throw TopologyError(.invalidBinary, "'\(path)' is not a program; link it")
        }
    }
}
