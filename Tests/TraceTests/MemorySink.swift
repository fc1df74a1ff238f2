import Trace

/// Keeps everything in memory.
struct MemorySink: ByteSink, Sendable {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ more: ArraySlice<UInt8>) { bytes += more }

    var text: String { String(decoding: bytes, as: UTF8.self) }
}
