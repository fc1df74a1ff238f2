import Binaries
import Support

/// `FUNCTION[:N]`: the migration checks of a function, the N-th passage of which is to move the thread.
package struct MigrationSites: Sendable, Equatable {
    /// What the program's runtime reads (`Images/runtime/node/moves/moves.c`).
    static let variable = "POPCORN_MIGRATE_AT"

    /// The function's name, as `popcorn-lab inspect` lists it.
    package var function: String
    /// From 1.
    var passage: Int

    /// - Throws: `LabError` if the text is not of this form.
    package init(parsing text: String) throws {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let passage = parts.count == 2 ? Int(parts[1]) : 1
        guard !parts[0].isEmpty, let passage, passage > 0 else {
            throw LabError(
                .badArgument, "'\(text)' is no FUNCTION[:N]", hint: "such as sum, or sum:3 for the third time")
        }
        function = parts[0]
        self.passage = passage
    }

    /// The variable's value for a program that popcorn-cc has made.
    ///
    /// - Throws: `BinaryError` if popcorn-cc has not, or if it has no such function; `LabError` if that has no checks.
    func value(for program: String) throws -> String {
        let function = try Inspection(program: program).description.function(named: function)
        guard !function.checkSites.isEmpty else {
            throw LabError(
                .badArgument, "'\(function.name)' has no migration checks of its own",
                hint: "`popcorn-lab inspect \(program)` lists the functions that have; "
                    + "-fmigration-checks=all gives one to each")
        }
        return function.checkSites.map(String.init).joined(separator: ",") + ":\(passage)"
    }
}
