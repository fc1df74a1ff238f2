import FoundationEssentials
import GRDB
import Support

/// What all runs found, in one SQLite file. Several processes may read and write it at once.
package final class History: Sendable {
    /// The database's file.
    package let path: String
    /// The file, or its directory, cannot be written: reading works, recording throws.
    package let isReadOnly: Bool
    let queue: DatabaseQueue

    /// How long one process waits for another's transaction.
    private static let patience = 60.0

    /// Opens a history, and makes one if there is none.
    ///
    /// A file that is damaged, that is something else, or that a newer popcorn-lab has written, is left as it is.
    /// - Throws: `HistoryError`; `SystemError` if the directory cannot be made.
    package init(path: String) throws {
        // Not a URI for SQLite, whatever it begins with.
        let path = path.hasPrefix("/") ? path : "./" + path
        self.path = path
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        if !directory.isEmpty, (try? Directories.create(directory)) == nil, access(directory, F_OK) != 0 {
            try Directories.create(directory)
        }
        let lock = try Self.lock(path)
        let exists = try Self.check(path)
        if let lock {
            defer { withExtendedLifetime(lock) {} }
            (queue, isReadOnly) = (try Self.openToWrite(path, exists: exists), false)
        } else {
            guard exists else { throw HistoryError.readOnly(path, "there is none, and it cannot be made here") }
            (queue, isReadOnly) = (try Self.openToRead(path), true)
        }
    }

    /// Two processes must not make a database at once. `nil` if nothing can be written here.
    private static func lock(_ path: String) throws -> FileLock? {
        if access(path, F_OK) == 0, access(path, W_OK) != 0 { return nil }
        do {
            return try FileLock.waiting(path: path + ".lock", purpose: "open the history")
        } catch let error as SystemError where [EROFS, EACCES, EPERM].contains(error.errno) {
            return nil
        } catch let error as SystemError where error.errno == ENOSPC {
            throw HistoryError(.full, "the history \(path) cannot be opened: \(error.summary)", hint: "free disk space")
        }
    }

    /// Looks at the file's first bytes; `false` if there is nothing.
    private static func check(_ path: String) throws -> Bool {
        guard access(path, F_OK) == 0 else { return false }
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw SystemError("open \(path)") }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw SystemError("look at \(path)") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw HistoryError(
                .inaccessible, "the history \(path) is no file", hint: "`--history FILE` names another one")
        }
        if status.st_size == 0 { return false }
        var header = [UInt8](repeating: 0, count: 100)
        guard pread(file, &header, header.count, 0) == header.count,
            header.starts(with: Array("SQLite format 3\0".utf8))
        else {
            throw HistoryError.damaged(path, "it is no SQLite database")
        }
        // What is still in the write-ahead log need not be in the file.
        var ahead = stat()
        if stat(path + "-wal", &ahead) == 0, ahead.st_size > 0 { return true }
        let pageSize = header[16] == 0 && header[17] == 1 ? 65536 : Int(header[16]) << 8 | Int(header[17])
        let pages = header[28..<32].reduce(0) { $0 << 8 | Int($1) }
        guard pageSize * pages <= Int(status.st_size) else {
            throw HistoryError.damaged(path, "it is cut off: \(status.st_size) of \(pageSize * pages) bytes are there")
        }
        return true
    }

    private static func openToWrite(_ path: String, exists: Bool) throws -> DatabaseQueue {
        try HistoryError.naming(path) {
            if exists {
                // Before anything may change the file.
                let queue = try DatabaseQueue(path: path, configuration: configuration(readOnly: true))
                try queue.read { try Self.check($0, path, mayBeEmpty: true) }
                try queue.close()
            }
            var configuration = configuration(readOnly: false)
            configuration.journalMode = .wal
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try Schema.migrator.migrate(queue)
            return queue
        }
    }

    /// Without a write-ahead log that SQLite can open, the file alone is all there is, and nobody is writing to it.
    private static func openToRead(_ path: String) throws -> DatabaseQueue {
        try HistoryError.naming(path) {
            do {
                let queue = try DatabaseQueue(path: path, configuration: configuration(readOnly: true))
                try queue.read { try Self.check($0, path, mayBeEmpty: false) }
                return queue
            } catch let error as DatabaseError
                where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode)
            {
                var ahead = stat()
                guard stat(path + "-wal", &ahead) != 0 || ahead.st_size == 0 else { throw error }
                let name = "file:\(escaped(path))?immutable=1"
                let queue = try DatabaseQueue(path: name, configuration: configuration(readOnly: true))
                try queue.read { try Self.check($0, path, mayBeEmpty: false) }
                return queue
            }
        }
    }

    /// Whether it is ours, and of a version that we know.
    private static func check(_ database: Database, _ path: String, mayBeEmpty: Bool) throws {
        let mark = try Int.fetchOne(database, sql: "PRAGMA application_id")
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        if tables == 0 && mayBeEmpty { return }
        guard mark == Schema.applicationID else {
            throw HistoryError.damaged(path, "it is the database of another program")
        }
        if try Schema.migrator.hasBeenSuperseded(database) { throw HistoryError.newer(path) }
        guard try mayBeEmpty || Schema.migrator.hasCompletedMigrations(database) else {
            throw HistoryError.readOnly(path, "an older popcorn-lab has made it, and it has to be brought up to date")
        }
    }

    private static func configuration(readOnly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(patience)
        configuration.label = "history"
        configuration.prepareDatabase { database in
            guard !readOnly else { return }
            try database.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        return configuration
    }

    /// A path as part of a URI, which Debian's SQLite takes for a file's name.
    private static func escaped(_ path: String) -> String {
        path.utf8.map { byte in
            let isPlain = Array("/-_.".utf8).contains(byte) || (byte < 0x80 && Character(UnicodeScalar(byte)).isLetter)
            let digits = (byte < 16 ? "0" : "") + String(byte, radix: 16)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + digits
        }.joined()
    }

    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try HistoryError.naming(path) { try queue.read(body) }
    }

    /// All of it, or nothing.
    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        if isReadOnly { throw HistoryError.readOnly(path, "the file or its directory is read-only") }
        return try HistoryError.naming(path) { try queue.write(body) }
    }
}
