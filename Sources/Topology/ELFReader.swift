import Support

/// Reads pieces of an ELF file, from memory or from disk, and never beyond its end.
struct ELFReader: ~Copyable {
    private enum Source {
        case memory([UInt8])
        case file(Int32)
    }

    private let source: Source
    private let size: UInt64
    let name: String

    /// More than any piece that is read here is in a sound file.
    private static let largestPiece: UInt64 = 1 << 20

    init(_ bytes: [UInt8], name: String) {
        source = .memory(bytes)
        size = UInt64(bytes.count)
        self.name = name
    }

    /// - Parameter descriptor: stays the caller's, open for as long as this reader is used.
    init(descriptor: Int32, name: String) throws(TopologyError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw TopologyError(.unreadableFile, "cannot read '\(name)': \(errorText(currentErrno()))")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw TopologyError(.unreadableFile, "'\(name)' is not a regular file")
        }
        source = .file(descriptor)
        size = UInt64(max(0, status.st_size))
        self.name = name
    }

    /// Exactly `count` bytes from `offset` on.
    func bytes(at offset: UInt64, count: UInt64) throws(TopologyError) -> [UInt8] {
        let (end, overflow) = offset.addingReportingOverflow(count)
        guard !overflow, end <= size else { throw truncated(at: size) }
        guard count <= Self.largestPiece else {
            throw TopologyError(.invalidBinary, "'\(name)' is damaged: a header of it claims \(count) bytes")
        }
        switch source {
        case .memory(let bytes):
            return Array(bytes[Int(offset)..<Int(end)])
        case .file(let descriptor):
            return try read(descriptor, at: offset, count: Int(count))
        }
    }

    private func read(_ descriptor: Int32, at offset: UInt64, count: Int) throws(TopologyError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let more = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress?.advanced(by: done), count - done, off_t(offset) + off_t(done))
            }
            if more < 0, currentErrno() == EINTR { continue }
            if more < 0 {
                throw TopologyError(.unreadableFile, "cannot read '\(name)': \(errorText(currentErrno()))")
            }
            // The file shrank meanwhile.
            if more == 0 { throw truncated(at: offset + UInt64(done)) }
            done += more
        }
        return bytes
    }

    private func truncated(at end: UInt64) -> TopologyError {
        TopologyError(
            .invalidBinary, "'\(name)' is truncated: it ends after \(end) bytes, before what its headers name",
            hint: "copy or build it again")
    }
}

extension [UInt8] {
    /// The little-endian number at `offset`, which the caller knows to lie within.
    func number<Number: FixedWidthInteger>(at offset: Int, as type: Number.Type = Number.self) -> Number {
        self[offset..<offset + Number.bitWidth / 8].reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }
}
