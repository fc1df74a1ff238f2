import Archives
import FoundationEssentials
import Support

/// Files of the guest, piece by piece: each has a digest, and travels again if it was damaged on its way.
extension ConsoleSession {
    /// Bytes of a file that travel at once. What one piece needs on the line fits into the guest's buffers, which hold 64 KiB.
    static let pieceBytes = 32 << 10
    private static let smallPiece = 2 << 10

    /// The first bytes of a file of the guest.
    func bytes(of path: String, size: Int, by deadline: ContinuousClock.Instant?) throws -> [UInt8] {
        var result: [UInt8] = []
        while result.count < size {
            let piece = try piece(result.count / Self.pieceBytes, of: path, by: deadline)
            if piece.isEmpty { break }
            result += piece
        }
        return Array(result.prefix(size))
    }

    /// A piece of a file by its number; empty behind the end.
    ///
    /// - Parameter path: as the guest's shell reads it inside double quotes.
    func piece(
        _ number: Int, of path: String, size: Int = pieceBytes, by deadline: ContinuousClock.Instant?
    ) throws -> [UInt8] {
        for attempt in 0..<Self.attempts {
            if attempt == Self.attempts / 2, size > Self.smallPiece {
                // A short one is more likely to come between two disturbances.
                let count = size / Self.smallPiece
                return try (0..<count).flatMap {
                    try piece(number * count + $0, of: path, size: Self.smallPiece, by: deadline)
                }
            }
            let mark = ConsoleMark()
            try send("_pg \(mark.halves) \"\(path)\" \(size) \(number)", by: deadline)
            do {
                let lines = try lines(until: "@\(mark.whole).", by: limit(deadline, bytes: size))
                guard let begin = lines.lastIndex(where: { $0.hasPrefix("@\(mark.whole) ") }),
                    let digest = lines[begin].split(separator: " ").last
                else { continue }
                // Archives of nothing are none to their reader.
                if digest == SHA256.hex(of: [UInt8]()) { return [] }
                guard let sent = Data(base64Encoded: lines[(begin + 1)..<(lines.count - 1)].joined()),
                    let bytes = unpacked(Array(sent)), SHA256.hex(of: bytes) == digest
                else { continue }
                return bytes
            } catch ConsoleLine.Failure.late where deadline.map({ $0 > .now }) ?? true {
                try recover()
            }
        }
        throw damaged("a piece of a file")
    }

    /// - Returns: `nil` for what was damaged on its way.
    private func unpacked(_ bytes: [UInt8]) -> [UInt8]? {
        compresses ? try? ArchiveReader.decompressed(bytes, name: "a piece") : bytes
    }

    /// Writes bytes to a file of the guest, which is replaced.
    ///
    /// - Parameter path: as the guest's shell reads it inside double quotes.
    func put(
        _ bytes: [UInt8], into path: String, by deadline: ContinuousClock.Instant?, moved: (Int) -> Void = { _ in }
    ) throws {
        _ = try answer(": >\"\(path)\" && printf '\\n@%s%s 0;\\n' $1 $2 || printf '\\n@%s%s 1;\\n' $1 $2", by: deadline)
        {
            $0 == ["0"]
        }
        var offset = 0
        while offset < bytes.count {
            let piece = Array(bytes[offset..<min(bytes.count, offset + Self.pieceBytes)])
            try send(piece, by: deadline)
            let added = try answer("_pa $1 $2 \"\(path)\"", by: deadline)
            guard added == ["0"] else {
                throw GuestError(.transferFailed, node: access.node, "the guest cannot write: is its disk full?")
            }
            offset += piece.count
            moved(piece.count)
        }
    }

    /// Sends a piece until what arrives is what was sent.
    private func send(_ piece: [UInt8], by deadline: ContinuousClock.Instant?) throws {
        let digest = SHA256.hex(of: piece)
        let packed = compresses ? try CompressedStream.gzip(piece) : piece
        let text = Array(Data(packed).base64EncodedString().utf8)
        let lines = stride(from: 0, to: text.count, by: Self.lineLength).map {
            String(decoding: text[$0..<min(text.count, $0 + Self.lineLength)], as: UTF8.self)
        }
        for _ in 0..<Self.attempts {
            let mark = ConsoleMark()
            try send("_pu \(mark.halves) \(lines.count)\n" + lines.joined(separator: "\n"), by: deadline)
            do {
                if try words(after: mark, by: limit(deadline, bytes: text.count)) == [digest] { return }
            } catch ConsoleLine.Failure.late where deadline.map({ $0 > .now }) ?? true {
                // A line was lost, and the guest waits for it.
                try recover()
            }
        }
        throw damaged("a piece of a file")
    }
}
