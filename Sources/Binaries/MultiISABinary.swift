import ISA
import Support

/// A program that exists once for each ISA: `NAME_x86-64` and `NAME_aarch64` beside each other, and perhaps `NAME`,
/// the one for the machine that built it.
package struct MultiISABinary: Sendable, Hashable {
    /// The path without the ISA's suffix.
    package let path: String
    /// The path of the file that each of the lab's ISAs runs.
    package let files: [ISA: String]

    /// The last component of `path`: what the program is called on the nodes.
    package var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// Finds the files of a program and checks that every ISA of a lab can run its own and take over another's.
    ///
    /// For each ISA there must be `NAME_ISA`, or `NAME` if that is for this ISA: a static program at fixed addresses,
    /// since nodes have no libraries and a running program keeps its addresses when it moves.
    /// - Parameters:
    ///   - path: `NAME`, or one of the files with a suffix.
    ///   - isas: the ISAs of the lab.
    /// - Throws: `BinaryError` with code `.notRunnable`, which lists every problem with the file's path.
    package init(path: String, isas: [ISA]) throws(BinaryError) {
        let base = Self.withoutSuffix(path)
        var files: [ISA: String] = [:]
        var problems: [String] = []
        for isa in Set(isas).sorted() {
            do throws(BinaryError) {
                files[isa] = try Self.file(of: base, for: isa)
            } catch {
                problems.append(error.summary)
            }
        }
        guard problems.isEmpty else {
            let list = problems.map { "\n  \($0)" }.joined()
            throw BinaryError(
                .notRunnable,
                problems.count == 1 ? problems[0] : "'\(base)' is not ready for this lab:\(list)",
                hint: "`popcorn-lab build` makes a program for every ISA from its C sources")
        }
        self.path = base
        self.files = files
    }

    /// Where the program for an ISA is looked for first.
    package static func path(of base: String, for isa: ISA) -> String { "\(base)_\(isa.rawValue)" }

    private static func withoutSuffix(_ path: String) -> String {
        for isa in ISA.allCases where path.hasSuffix("_" + isa.rawValue) {
            return String(path.dropLast(isa.rawValue.count + 1))
        }
        return path
    }

    private static func file(of base: String, for isa: ISA) throws(BinaryError) -> String {
        let path = path(of: base, for: isa)
        if path.withBytes({ access($0, F_OK) }) == 0 {
            try check(path, isa)
            return path
        }
        // A program that was built for one ISA alone has no suffix.
        if let plain = try? ELFFile(path: base), plain.isa == isa {
            try check(base, isa)
            return base
        }
        throw BinaryError(.notRunnable, "'\(path)' is missing: the lab has nodes that run \(isa.rawValue)")
    }

    private static func check(_ path: String, _ isa: ISA) throws(BinaryError) {
        let file = try ELFFile(path: path)
        guard file.machine == isa.elfMachine else {
            let found = file.isa?.rawValue ?? "machine \(file.machine)"
            throw BinaryError(.notRunnable, "'\(path)' is for \(found), not for \(isa.rawValue)")
        }
        if !file.isStatic {
            let needs = [file.interpreter].compactMap(\.self) + file.neededLibraries
            throw BinaryError(
                .notRunnable,
                "'\(path)' is linked dynamically and needs \(needs.joined(separator: ", ")); link it with -static")
        }
        switch file.kind {
        case .executable: return
        case .positionIndependent:
            throw BinaryError(
                .notRunnable,
                "'\(path)' is position-independent, but a program keeps its addresses when it moves; "
                    + "link it with -no-pie"
            )
        case .relocatable, .other:
            throw BinaryError(.notRunnable, "'\(path)' is not a program; link it")
        }
    }
}
