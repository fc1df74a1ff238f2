import Support
import Trace

/// An answer of `popcorn-record`: a line `NAME LENGTH`, then as many bytes (`Images/guest/record`).
struct RecorderFrame: Sendable, Equatable {
    var name: String
    var bytes: [UInt8]
    /// When it had arrived.
    var time: HostTime

    var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Cuts what comes from `popcorn-record` into frames.
final class RecorderFrameReader: Sendable {
    private let buffer = Guarded<[UInt8]>([])
    /// A frame's first line is shorter than this; what is not is no frame.
    private static let longestHead = 64

    /// - Returns: the frames that are complete with these bytes; none ever again after something that is no frame.
    func take(_ bytes: [UInt8], at time: HostTime) -> [RecorderFrame] {
        buffer.withLock { buffer in
            buffer += bytes
            var frames: [RecorderFrame] = []
            var rest = buffer[...]
            while let end = rest.prefix(Self.longestHead).firstIndex(of: UInt8(ascii: "\n")) {
                let words = String(decoding: rest[..<end], as: UTF8.self).split(separator: " ")
                guard words.count == 2, let length = Int(words[1]), length >= 0,
                    rest.distance(from: end, to: rest.endIndex) > length
                else { break }
                let body = rest[(end + 1)...].prefix(length)
                frames.append(RecorderFrame(name: String(words[0]), bytes: Array(body), time: time))
                rest = rest[body.endIndex...]
            }
            buffer = Array(rest)
            return frames
        }
    }
}
