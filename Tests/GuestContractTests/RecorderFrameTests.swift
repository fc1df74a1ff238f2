import Testing
import Trace

@testable import GuestContract

@Suite("What popcorn-record answers")
struct RecorderFrameTests {
    private let time = HostTime(nanoseconds: 1)

    @Test("frames are found however the bytes come", arguments: [1, 2, 3, 7, 1000])
    func pieces(size: Int) {
        let bytes = Array("clock 7\nlocal=5digest 0\ntrace 12\ntrace 3\nabc\nend 0\n".utf8)
        let reader = RecorderFrameReader()
        let frames = stride(from: 0, to: bytes.count, by: size).flatMap {
            reader.take(Array(bytes[$0..<min($0 + size, bytes.count)]), at: time)
        }
        #expect(frames.map(\.name) == ["clock", "digest", "trace", "end"])
        #expect(frames.map(\.text) == ["local=5", "", "trace 3\nabc\n", ""])
    }

    @Test(
        "what is no frame ends them, and is not kept waiting for",
        arguments: [
            "clock\n", "clock -1\n", "clock 1 2\nx", "clock x\n", "sh: exec: line 0: popcorn-record: not found\n",
        ])
    func garbage(text: String) {
        let reader = RecorderFrameReader()
        #expect(reader.take(Array("end 0\n\(text)end 0\n".utf8), at: time).map(\.name) == ["end"])
        #expect(reader.take(Array("end 0\n".utf8), at: time).isEmpty)
    }
}
