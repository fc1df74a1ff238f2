import FoundationEssentials
import Support
import Topology

/// The records of all labs of this user.
package struct LabStore: Sendable {
    /// Where the records and the labs' sockets and locks are.
    package let directories: Directories

    /// Makes a store of the labs under `directories`, which need not exist.
    package init(directories: Directories) { self.directories = directories }

    /// The paths of the files of a lab of this name, whether or not there is one.
    package func paths(_ name: String) -> LabPaths { LabPaths(directories: directories, name: name) }

    /// Makes this process the only one that brings a lab up, takes it down or mends it.
    ///
    /// - Throws: `LockedError`, which names the process that is at work.
    func lock(_ name: String, purpose: String) throws -> FileLock {
        try Directories.create(directories.runtime)
        return try FileLock(path: paths(name).lock, purpose: purpose)
    }

    /// The record of a lab; `nil` if there is no such lab.
    ///
    /// - Throws: `LabError.Code.brokenRecord` if it makes no sense, `SystemError` if it cannot be read.
    package func load(_ name: String) throws -> LabRecord? {
        let path = paths(name).record
        guard let bytes = try AtomicFile.read(path) else { return nil }
        do {
            let record = try Self.decoder.decode(LabRecord.self, from: bytes)
            guard record.spec.name == name, !record.nodes.isEmpty, record.nodes.map(\.spec) == record.spec.nodes else {
                throw LabError(.brokenRecord, "it contradicts itself")
            }
            return record
        } catch {
            throw LabError(
                .brokenRecord, "the record of lab '\(name)' is damaged: \(path): \(error)",
                hint: "`popcorn-lab down -l \(name)` ends its guests and removes it")
        }
    }

    /// The record of a lab that must exist.
    func existing(_ name: String) throws -> LabRecord {
        if let record = try load(name) { return record }
        let names = self.names
        throw LabError(
            .noSuchLab, "there is no lab '\(name)'",
            hint: names.isEmpty
                ? "`popcorn-lab up x86,arm` brings one up" : "labs here: \(names.joined(separator: ", "))")
    }

    /// Writes the record of a new lab.
    func create(_ record: LabRecord) throws {
        try Directories.create(paths(record.spec.name).root)
        try locked(record.spec.name) { try write(record) }
    }

    /// Changes the record of a lab; two processes that do so at once do not lose each other's change.
    ///
    /// - Returns: the record as it is now.
    @discardableResult
    func update(_ name: String, _ change: (inout LabRecord) -> Void) throws -> LabRecord {
        try locked(name) {
            var record = try existing(name)
            change(&record)
            try write(record)
            return record
        }
    }

    func addRun(_ id: String, to name: String) throws { try update(name) { $0.runs.append(id) } }

    /// Forgets a lab and all its files, the runs excepted.
    package func remove(_ name: String) throws {
        try locked(name) {
            try removeRuntime(name)
            // First what makes it a lab: who is stopped half-way leaves files that `prune` knows to be nobody's.
            let record = paths(name).record
            guard unlink(record) == 0 || errno == ENOENT else { throw SystemError("remove \(record)") }
            try removeTree(paths(name).root)
        }
    }

    /// Removes a lab's sockets.
    func removeRuntime(_ name: String) throws { try removeTree(paths(name).runtime) }

    /// Changes of one record take turns. The lock is none of the lab's own files: those may go while others wait for it.
    private func locked<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
        try Directories.create(directories.runtime)
        let lock = try FileLock.waiting(path: paths(name).recordLock, purpose: "change the record")
        defer { withExtendedLifetime(lock) {} }
        return try body()
    }

    private func write(_ record: LabRecord) throws {
        try AtomicFile.write(try Self.encoder.encode(record), to: paths(record.spec.name).record, mode: 0o600)
    }

    private func removeTree(_ path: String) throws {
        guard access(path, F_OK) == 0 else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw LabError(.hostUnfit, "cannot remove \(path): \(error)", hint: "check its permissions")
        }
    }

    /// All labs that have a record, in order.
    package var names: [String] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: directories.labs)) ?? []
        return entries.filter { access(paths($0).record, F_OK) == 0 }.sorted()
    }

    /// The records that can be read, and why the others cannot.
    func all() -> (records: [LabRecord], broken: [(name: String, error: any Error)]) {
        var records: [LabRecord] = []
        var broken: [(name: String, error: any Error)] = []
        for name in names {
            do {
                if let record = try load(name) { records.append(record) }
            } catch {
                broken.append((name, error))
            }
        }
        return (records, broken)
    }

    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }

    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }
}
