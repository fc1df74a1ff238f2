import ArgumentParser
import FoundationEssentials
import History
import Support

/// The option of every command that knows the history of runs.
struct HistoryOptions: ParsableArguments {
    @Option(
        name: .customLong("history"),
        help: ArgumentHelp(
            "The history's database (default: history.sqlite below ~/.local/state/popcorn-lab).", valueName: "file"))
    var file: String?

    /// Where it is, whether or not there is one.
    var path: String { file ?? Directories(environment: ProcessInfo.processInfo.environment).history }

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// The history, which is made if there is none.
    func open() throws -> History { try History(path: path) }

    /// The history, which must exist: a mistyped name is not to become a file.
    func existing() throws -> History {
        guard exists else {
            throw HistoryError(
                .unknown, "there is no history \(path)",
                hint: "`popcorn-lab history import FILE` makes one of an export")
        }
        return try open()
    }
}
