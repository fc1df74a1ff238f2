import Support
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Regression

@Suite("Outputs that are kept as far as a limit")
struct BoundedOutputTests {
    /// What was told meanwhile.
    private final class Told: Sendable {
        private let state = Mutex((lines: [String](), overflows: 0))

        var lines: [String] { state.withLock { $0.lines } }
        var overflows: Int { state.withLock { $0.overflows } }
        func line(_ text: String) { state.withLock { $0.lines.append(text) } }
        func overflow() { state.withLock { $0.overflows += 1 } }
    }

    /// Gives pieces to an output as a program would, and what came of it.
    private func kept(
        _ pieces: [[UInt8]], limit: Int, path: String
    ) async throws -> (content: BoundedOutput.Content, told: Told) {
        let told = Told()
        let output = try BoundedOutput(
            path: path, limit: limit, onLine: { told.line($0) }, onOverflow: { told.overflow() })
        for piece in pieces { try AtomicFile.writeAll(piece, to: output.descriptor, name: "pipe") }
        return (await output.finish(), told)
    }

    @Test("what is within the limit is kept as it is, and told line by line, the last one also without its end")
    func whole() async throws {
        let scratch = try Scratch()
        let bytes: [UInt8] = Array("one\ntw".utf8) + [0xff, 0x00] + Array("o\n\nthree".utf8)
        let (content, told) = try await kept(
            [Array(bytes[..<5]), Array(bytes[5...])], limit: bytes.count, path: scratch.file("out"))
        #expect(try content.read() == bytes)
        #expect(content.bytes == bytes.count && !content.isTruncated && content.failure == nil)
        #expect(told.lines == ["one", ByteText.text([0x74, 0x77, 0xff, 0x00, 0x6f] as [UInt8]), "", "three"])
        #expect(told.overflows == 0)
    }

    @Test("nothing is an output, too")
    func nothing() async throws {
        let scratch = try Scratch()
        let (content, told) = try await kept([], limit: 10, path: scratch.file("out"))
        #expect(try content.read() == [])
        #expect(content.bytes == 0 && !content.isTruncated && content.failure == nil)
        #expect(told.lines.isEmpty)
    }

    @Test("one byte too many is told once, and what was in time stays", arguments: [0, 1, 5, 6])
    func limit(limit: Int) async throws {
        let scratch = try Scratch()
        let (content, told) = try await kept(
            [Array("abcdef".utf8), Array("g".utf8), Array("h\n".utf8)], limit: limit, path: scratch.file("out"))
        #expect(try content.read() == Array("abcdef".utf8.prefix(limit)))
        #expect(content.bytes == limit && content.isTruncated)
        #expect(told.overflows == 1)
        #expect(told.lines == (limit == 0 ? [] : [String("abcdef".prefix(limit))]))
    }

    @Test("a gigabyte goes through without being kept, and its writer is not held up")
    func gigabyte() async throws {
        let scratch = try Scratch()
        let told = Told()
        let output = try BoundedOutput(
            path: scratch.file("out"), limit: 1 << 20, onLine: { told.line($0) }, onOverflow: { told.overflow() })
        let writer = try ChildProcess(
            ["dd", "if=/dev/zero", "bs=1M", "count=1024", "status=none"], output: .descriptor(output.descriptor))
        #expect(await writer.awaitEnd().ending.isSuccess)
        let content = await output.finish()
        #expect(content.bytes == 1 << 20 && content.isTruncated && content.failure == nil)
        #expect(try content.read().count == 1 << 20)
        #expect(told.overflows == 1)
        // A line without an end is cut, and not kept either.
        #expect(told.lines.map(\.utf8.count) == [65_536])
    }

    @Test("a full disk is told, and the writer is not held up")
    func fullDisk() async throws {
        let (content, told) = try await kept(
            Array(repeating: Array("line\n".utf8), count: 100), limit: 1 << 20, path: "/dev/full")
        let error = try #require(content.failure as? SystemError)
        #expect(error.errno == ENOSPC)
        #expect(told.overflows == 0)
        // Faults that wait for a line get theirs nevertheless.
        #expect(told.lines.count == 100)
    }

    @Test("a file that cannot be made is an error at once")
    func noFile() throws {
        let error = #expect(throws: SystemError.self) {
            try BoundedOutput(path: "/proc/no/such", limit: 1, onOverflow: {})
        }
        #expect(error?.errno == ENOENT)
    }
}
