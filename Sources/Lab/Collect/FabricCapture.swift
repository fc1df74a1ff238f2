import FoundationEssentials
import Support
import SystemPackage

/// What QEMU records of a node's packets from its boot on, where nothing else tells what its kernel does.
///
/// The file grows as long as the guest runs, a whole packet at a time, and its oldest packets are given up. A run takes what has come
/// since its beginning.
enum FabricCapture {
    /// The header of a pcap file (draft-ietf-opsawg-pcap).
    static let headerBytes: Int64 = 24

    /// How long the file is; 0 if there is none.
    static func size(of path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Copies the packets from a place on, as a file of its own with the original's date, which ties its clock to the host's.
    ///
    /// - Parameter start: what `size` said when the first of them had not come; `nil` for all.
    /// - Returns: whether some of them have been given up.
    static func copy(_ path: String, from start: Int64?, to target: String) throws -> Bool {
        let source = try SystemError.naming("open \(path)") { try FileDescriptor.open(bytesOf: path, .readOnly) }
        defer { try? source.close() }
        var status = stat()
        guard fstat(source.rawValue, &status) == 0 else { throw SystemError("read \(path)") }
        let copy = try SystemError.naming("create \(target)") {
            try FileDescriptor.open(
                bytesOf: target, .writeOnly, options: [.create, .truncate], permissions: 0o644)
        }
        defer { try? copy.close() }
        let end = Int64(status.st_size)
        try append(source, from: 0, to: min(headerBytes, end), copy, target)
        let begin = begin(of: path)
        try append(source, from: max(begin, start ?? 0), to: end, copy, target)
        // Both the date of access and that of the change are the original's.
        let dates = [status.st_mtim, status.st_mtim]
        guard futimens(copy.rawValue, dates) == 0 else { throw SystemError("date \(target)") }
        return max(headerBytes, start ?? 0) < begin
    }

    private static func append(
        _ source: FileDescriptor, from start: Int64, to end: Int64, _ copy: FileDescriptor, _ name: String
    ) throws {
        guard start < end else { return }
        var place = off_t(start)
        while place < off_t(end) {
            let count = sendfile(copy.rawValue, source.rawValue, &place, Int(min(end - Int64(place), 1 << 24)))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("write \(name)") }
            if count == 0 { return }
        }
    }
}
