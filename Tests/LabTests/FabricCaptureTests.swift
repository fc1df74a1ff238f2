import FoundationEssentials
import Support
import TestSupport
import Testing

@testable import Lab

@Suite("What is kept of a capture")
struct FabricCaptureTests {
    private let scratch: Scratch
    private var path: String { scratch.file("x86.pcap") }

    private static let header = [UInt8](repeating: 0xd4, count: 24)
    private static let payload = 1000

    init() throws { scratch = try Scratch() }

    /// A packet that tells its number.
    private static func packet(_ number: UInt32) -> [UInt8] {
        let words: [UInt32] = [7, 0, UInt32(payload), UInt32(payload)]
        return words.flatMap { withUnsafeBytes(of: $0, Array.init) } + withUnsafeBytes(of: number, Array.init)
            + [UInt8](repeating: 1, count: payload - 4)
    }

    private func write(_ count: UInt32) throws {
        try scratch.write(Self.header + (0..<count).flatMap(Self.packet), to: "x86.pcap")
    }

    /// The numbers of the packets of a copy.
    private func copied(from start: Int64? = nil) throws -> (isCut: Bool, numbers: [UInt32]) {
        let isCut = try FabricCapture.copy(path, from: start, to: scratch.file("copy"))
        let bytes = Array(try AtomicFile.contents(of: scratch.file("copy")))
        #expect(Array(bytes.prefix(24)) == Self.header)
        let length = Self.payload + 16
        #expect((bytes.count - 24) % length == 0)
        return (
            isCut,
            stride(from: 24, to: bytes.count, by: length).map { place in
                bytes[(place + 16)..<(place + 20)].withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
            }
        )
    }

    private func blocks() -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_blocks) * 512 : 0
    }

    @Test("of more packets than the limit the older are given up, whole ones, and their space is the host's again")
    func bound() async throws {
        try write(400)
        let before = blocks(), size = FabricCapture.size(of: path)
        try await FabricCapture.bound(path, to: 200_000)
        #expect(FabricCapture.size(of: path) == size)
        let (isCut, numbers) = try copied()
        #expect(isCut && numbers == Array((400 - UInt32(numbers.count))..<400))
        #expect((97...98).contains(numbers.count))
        #expect(blocks() < before / 2)
        // What comes after is where it would have been.
        let late = try copied(from: size - 3 * Int64(Self.payload + 16))
        #expect(!late.isCut && late.numbers == [397, 398, 399])
        // Less than the limit is left, so that nothing more is given up.
        let begin = FabricCapture.begin(of: path)
        try await FabricCapture.bound(path, to: 200_000)
        #expect(FabricCapture.begin(of: path) == begin)
        try await FabricCapture.bound(path, to: 50_000)
        #expect(try copied().numbers == Array(376..<400))
    }

    @Test("a capture within the limit stays as it is")
    func small() async throws {
        try write(10)
        try await FabricCapture.bound(path, to: 200_000)
        let all = try copied()
        #expect(!all.isCut && all.numbers == Array(0..<10))
        #expect(scratch.read("x86.pcap.begin") == nil)
    }

    @Test("what is no capture is not cut")
    func damaged() async throws {
        let bytes = [UInt8](repeating: 0xff, count: 4000)
        try scratch.write(bytes, to: "x86.pcap")
        await #expect(throws: LabError.self) { try await FabricCapture.bound(path, to: 100) }
        #expect(scratch.read("x86.pcap") == bytes)
    }
}
