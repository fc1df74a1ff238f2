import GRDB
import Support
import Testing

@testable import History

struct HistoryErrorTests {
    @Test(
        "what SQLite says becomes what to do",
        arguments: [
            (ResultCode.SQLITE_CORRUPT, HistoryErrorCode.damaged, Support.ExitStatus.failure),
            (.SQLITE_NOTADB, .damaged, .failure), (.SQLITE_READONLY, .readOnly, .unavailable),
            (.SQLITE_READONLY_DIRECTORY, .readOnly, .unavailable), (.SQLITE_FULL, .full, .unavailable),
            (.SQLITE_BUSY, .busy, .locked), (.SQLITE_BUSY_SNAPSHOT, .busy, .locked),
            (.SQLITE_IOERR, .inaccessible, .failure), (.SQLITE_CANTOPEN, .inaccessible, .failure),
        ])
    func codes(code: ResultCode, expected: HistoryErrorCode, status: Support.ExitStatus) {
        let error = #expect(throws: HistoryError.self) {
            try HistoryError.naming("/h.sqlite") { throw DatabaseError(resultCode: code) }
        }
        #expect(error?.code == expected)
        #expect(error?.exitStatus == status)
        #expect(error?.summary.contains("/h.sqlite") == true)
        #expect(error?.hint != nil)
    }

    @Test func unknown() { #expect(HistoryError(.unknown, "x").exitStatus == .usage) }
}
