import Support
import SystemPackage

/// What is kept of a capture that goes on for as long as the guest runs.
///
/// QEMU only ever adds to the file, and stops for nobody. So the space of its oldest packets is given back to the host (fallocate(1),
/// --punch-hole), while all places in it stay what they are.
extension FabricCapture {
    /// Bytes of packets that a node's capture may take before the older half of that is given up.
    static let limit: Int64 = 1 << 30

    /// Where the first packet is that is still there.
    static func begin(of path: String) -> Int64 {
        let text = (try? AtomicFile.read(beginFile(path)) ?? nil).flatMap { $0 }.map { ByteText.text(Array($0)) }
        return text.flatMap { Int64($0) } ?? headerBytes
    }

    /// The file that says so; there is none before something was given up.
    static func beginFile(_ path: String) -> String { path + ".begin" }

    /// Gives up the oldest packets of a capture that has more than `limit` bytes of them.
    ///
    /// - Throws: `SystemError` if the host keeps the file from being read; `LabError` for what is no capture.
    static func bound(_ path: String, to limit: Int64 = limit) async throws {
        let lock = try FileLock.waiting(path: path + ".lock", purpose: "popcorn-lab")
        defer { withExtendedLifetime(lock) {} }
        let size = size(of: path), begin = begin(of: path)
        guard size - begin > limit else { return }
        let file = try SystemError.naming("open \(path)") { try FileDescriptor.open(bytesOf: path, .readWrite) }
        defer { try? file.close() }
        let place = try firstPacket(of: file, path, from: begin, notBefore: size - limit / 2, end: size)
        // Whoever reads from here on finds packets, whether the hole is there yet or not.
        try AtomicFile.write("\(place)", to: beginFile(path))
        let hole = HostCommand(
            "fallocate", ["--punch-hole", "--offset", "\(begin)", "--length", "\(place - begin)", path],
            package: "util-linux")
        // A file system that has no holes keeps all.
        _ = try? await hole.check()
    }

    /// Follows the packets' lengths from one to the next.
    private static func firstPacket(
        of file: FileDescriptor, _ path: String, from begin: Int64, notBefore wanted: Int64, end: Int64
    ) throws -> Int64 {
        var place = begin
        var header = [UInt32](repeating: 0, count: packetHeaderBytes / 4)
        while place < wanted {
            let count = header.withUnsafeMutableBytes { pread(file.rawValue, $0.baseAddress, $0.count, off_t(place)) }
            let length = Int64(packetHeaderBytes) + Int64(UInt32(littleEndian: header[2]))
            guard count == packetHeaderBytes, place + length <= end else {
                throw LabError(.commandFailed, "\(path) has no packet at \(place)")
            }
            place += length
        }
        return place
    }

    /// Seconds, µs, the bytes that follow, and the bytes on the wire, each of 32 bits in the order of the host that wrote them.
    private static let packetHeaderBytes = 16
}
