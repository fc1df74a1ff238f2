import GRDB
import Support

/// What can go wrong with the history of runs.
package typealias HistoryError = CodedError<HistoryErrorCode>

/// The codes of `HistoryError`.
package enum HistoryErrorCode: ErrorCode {
    /// The database is damaged, or is none.
    case damaged
    /// A newer popcorn-lab has written it.
    case newer
    /// It cannot be written.
    case readOnly
    /// The disk is full.
    case full
    /// Another process has been writing for too long.
    case busy
    /// It can neither be read nor written, for another reason.
    case inaccessible
    /// A run that contradicts itself, or cannot be written down.
    case badRun
    /// A line of an export cannot be understood.
    case badLine
    /// There is no such run, case or figure in it.
    case unknown

    package var exitStatus: ExitStatus {
        switch self {
        case .unknown: .usage
        case .readOnly, .full: .unavailable
        case .busy: .locked
        case .damaged, .newer, .inaccessible, .badRun, .badLine: .failure
        }
    }
}

extension CodedError<HistoryErrorCode> {
    /// A database that makes no sense. Nothing ever writes to it again.
    static func damaged(_ path: String, _ reason: String) -> HistoryError {
        HistoryError(
            .damaged, "the history \(path) is damaged: \(reason)",
            hint: """
                move it away, and `popcorn-lab history import` what was exported, or begin anew; \
                `sqlite3 \(ShellWord.quote(path)) .recover` may save the rest
                """)
    }

    static func newer(_ what: String) -> HistoryError {
        HistoryError(.newer, "a newer popcorn-lab has written \(what)", hint: "use that version, or a newer one")
    }

    static func readOnly(_ path: String, _ reason: String) -> HistoryError {
        HistoryError(
            .readOnly, "the history \(path) cannot be written: \(reason)",
            hint: "`--history FILE` names another one; `history import` brings the run in later")
    }

    /// What SQLite's code means for the reader.
    init(_ error: DatabaseError, path: String) {
        let text = error.message ?? "\(error.resultCode)"
        self =
            switch error.resultCode {
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged(path, text)
            case .SQLITE_READONLY: .readOnly(path, text)
            case .SQLITE_FULL:
                HistoryError(.full, "the history \(path) cannot be written: \(text)", hint: "free disk space")
            case .SQLITE_BUSY, .SQLITE_LOCKED:
                HistoryError(
                    .busy, "another process keeps the history \(path) locked", hint: "wait for it to end, or stop it")
            default:
                HistoryError(
                    .inaccessible, "the history \(path) cannot be used: \(text)",
                    hint: "check the disk, and the permissions of the file and its directory")
            }
    }

    /// What `body` gives; an error of SQLite's becomes one that says what to do.
    static func naming<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw HistoryError(error, path: path)
        }
    }
}
