import FoundationEssentials
import Support

/// The records of all labs of this user.
public struct LabStore: Sendable {
    public let directories: Directories

    public init(directories: Directories) { self.directories = directories }

    public func paths(_ name: String) -> LabPaths { LabPaths(directories: directories, name: name) }

    /// The record of a lab; `nil` if there is no such lab.
    public func load(_ name: String) throws -> LabRecord? {
        let path = paths(name).record
        guard let bytes = FileManager.default.contents(atPath: path) else {
            if access(path, F_OK) == 0 { throw SystemError("read \(path)") }
            return nil
        }
        do {
            return try Self.decoder.decode(LabRecord.self, from: bytes)
        } catch {
            throw LabError(
                .brokenRecord, "the record of lab '\(name)' cannot be read: \(path): \(error)",
                hint: "`popcorn-lab prune` removes the lab's guests by their metadata; then delete the file")
        }
    }

    /// The record of a lab that must exist.
    public func existing(_ name: String) throws -> LabRecord {
        if let record = try load(name) { return record }
        let names = self.names
        throw LabError(
            .noSuchLab, "there is no lab '\(name)'",
            hint: names.isEmpty
                ? "`popcorn-lab up x86,arm` brings one up" : "labs here: \(names.joined(separator: ", "))")
    }

    public func save(_ record: LabRecord) throws {
        let paths = paths(record.spec.name)
        try Directories.create(paths.root)
        try AtomicFile.write(try Self.encoder.encode(record), to: paths.record, mode: 0o600)
    }

    /// Changes the record of a lab; two processes that do so at once do not lose each other's change.
    public func update(_ name: String, _ change: (inout LabRecord) -> Void) throws {
        let lock = try FileLock.waiting(path: paths(name).root + "/lab.json.lock", purpose: "update")
        defer { withExtendedLifetime(lock) {} }
        var record = try existing(name)
        change(&record)
        try save(record)
    }

    public func addRun(_ id: String, to name: String) throws { try update(name) { $0.runs.append(id) } }

    /// Forgets a lab and all its files, the runs excepted.
    public func remove(_ name: String) throws {
        try removeRuntime(name)
        try removeTree(paths(name).root)
    }

    /// Removes a lab's sockets.
    func removeRuntime(_ name: String) throws { try removeTree(paths(name).runtime) }

    private func removeTree(_ path: String) throws {
        guard access(path, F_OK) == 0 else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw SystemError("remove \(path)")
        }
    }

    /// All labs that have a record, in order.
    public var names: [String] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: directories.labs)) ?? []
        return entries.filter { access(paths($0).record, F_OK) == 0 }.sorted()
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
