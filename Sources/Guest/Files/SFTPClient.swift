import Support

/// The SFTP conversation over one channel: numbers the requests and hands each answer to who asked.
///
/// Requests may be sent at once, even before the channel is open; the answers come in any order.
final class SFTPClient {
    let input = InputFeed()
    private let node: String
    private var waiting: [UInt32: Promise<SFTPReply>] = [:]
    private var lastID: UInt32 = 0
    private var failure: GuestError?
    private var buffer: [UInt8] = []
    private var start = 0

    /// The longest packet that we accept; OpenSSH's server sends at most this (sftp-common.h: SFTP_MAX_MSG_LENGTH).
    private static let longestPacket = 256 << 10

    init(node: String) {
        self.node = node
        var hello = WireWriter()
        hello.uint32(5)
        hello.byte(SFTPPacket.initialize.rawValue)
        hello.uint32(SFTPPacket.protocolVersion)
        input.append(hello.bytes)
    }

    /// Whether no answer is outstanding.
    var isIdle: Bool { waiting.isEmpty }

    /// Queues a request, and returns where its answer will be.
    func send(_ type: SFTPPacket, _ build: (inout WireWriter) -> Void) -> Promise<SFTPReply> {
        let promise = Promise<SFTPReply>()
        if let failure {
            promise.resolve(.failure(failure))
            return promise
        }
        lastID &+= 1
        var body = WireWriter(capacity: 64)
        body.byte(type.rawValue)
        body.uint32(lastID)
        build(&body)
        var length = WireWriter(capacity: 4)
        length.uint32(UInt32(body.bytes.count))
        input.append(length.bytes)
        input.append(body.bytes)
        waiting[lastID] = promise
        return promise
    }

    /// Takes what the guest's server sends.
    func receive(_ bytes: UnsafeRawBufferPointer) {
        buffer.append(contentsOf: bytes)
        do {
            while try receivePacket() {}
        } catch {
            end(with: GuestError(.transferFailed, node: node, "the guest's SFTP server sent what is not SFTP"))
        }
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            start = 0
        } else if start > Self.longestPacket {
            buffer.removeFirst(start)
            start = 0
        }
    }

    /// The channel is gone: nobody will be answered any more.
    func end(with error: GuestError) {
        failure = failure ?? error
        for promise in waiting.values { promise.resolve(.failure(error)) }
        waiting = [:]
    }

    private func receivePacket() throws -> Bool {
        let available = buffer.count - start
        guard available >= 4 else { return false }
        let length = buffer[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
        guard (1...Self.longestPacket).contains(length) else { throw WireReader.Truncated() }
        guard available >= 4 + length else { return false }
        var reader = WireReader(bytes: buffer[start + 4..<start + 4 + length])
        start += 4 + length
        let type = try reader.byte()
        if type == SFTPPacket.version.rawValue { return true }
        let id = try reader.uint32()
        guard let reply = try SFTPReply(type: type, body: &reader) else { throw WireReader.Truncated() }
        waiting.removeValue(forKey: id)?.resolve(.success(reply))
        return true
    }
}
