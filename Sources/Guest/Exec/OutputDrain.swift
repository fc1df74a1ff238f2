import Support
import SystemPackage

/// Takes one stream of a remote command to where it should go, and says when it cannot take more.
final class OutputDrain {
    private enum Target {
        case discard
        case collect(limit: Int)
        case regularFile(Int32)
        case stream(Int32)
        case consume((UnsafeRawBufferPointer) -> Void)
        case bytes(@Sendable ([UInt8]) -> Void)
        case lines(@Sendable (String) -> Void)
    }

    private let target: Target
    /// What a descriptor has not taken yet, or an unfinished line.
    private var buffer: [UInt8] = []
    private var start = 0
    private(set) var collected: [UInt8] = []
    private(set) var isTruncated = false

    private static let highWater = 256 << 10
    /// When poll(2) calls a pipe writable, so much goes in without blocking (pipe(7): PIPE_BUF).
    private static let pipePiece = 4096

    init(_ output: RemoteOutput) {
        switch output {
        case .discard: target = .discard
        case .collect(let limit): target = .collect(limit: limit)
        case .descriptor(let descriptor):
            var status = stat()
            let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
            target = isFile ? .regularFile(descriptor) : .stream(descriptor)
        case .bytes(let closure): target = .bytes(closure)
        case .lines(let closure): target = .lines(closure)
        }
    }

    /// A drain for a protocol of ours, which never refuses.
    init(consume: @escaping (UnsafeRawBufferPointer) -> Void) { target = .consume(consume) }

    /// Whether a descriptor still has to take something.
    var isBlocked: Bool {
        switch target {
        case .regularFile, .stream: start < buffer.count
        default: false
        }
    }

    /// The descriptor to wait for, if any.
    var wanted: pollfd? {
        guard case .stream(let descriptor) = target, isBlocked else { return nil }
        return pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    }

    /// Takes all of `bytes` or nothing, and returns how much that is.
    func accept(_ bytes: UnsafeRawBufferPointer) -> Int {
        switch target {
        case .discard: break
        case .collect(let limit):
            let room = max(0, limit - collected.count)
            collected.append(contentsOf: bytes.prefix(room))
            if bytes.count > room { isTruncated = true }
        case .regularFile, .stream:
            if buffer.count - start >= Self.highWater { return 0 }
            if start == buffer.count {
                buffer.removeAll(keepingCapacity: true)
                start = 0
            }
            buffer.append(contentsOf: bytes)
        case .consume(let closure): closure(bytes)
        case .bytes(let closure): closure(Array(bytes))
        case .lines(let closure): split(bytes, closure)
        }
        return bytes.count
    }

    /// Writes what the descriptor takes without blocking. Throws `SystemError`.
    func flush() throws {
        switch target {
        case .regularFile(let descriptor):
            while isBlocked { try write(to: descriptor, atMost: .max) }
        case .stream(let descriptor):
            while isBlocked {
                var event = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&event, 1, 0) > 0 else { return }
                guard try write(to: descriptor, atMost: Self.pipePiece) else { return }
            }
        default: return
        }
    }

    /// Hands on an unfinished last line.
    func finish() {
        guard case .lines(let closure) = target, !buffer.isEmpty else { return }
        closure(ByteText.text(buffer))
        buffer = []
    }

    /// Returns `false` if the descriptor takes nothing now.
    @discardableResult
    private func write(to descriptor: Int32, atMost limit: Int) throws -> Bool {
        try SystemError.naming("write the command's output") {
            do {
                start += try buffer[start...].withUnsafeBytes {
                    try FileDescriptor(rawValue: descriptor).write(UnsafeRawBufferPointer(rebasing: $0.prefix(limit)))
                }
                return true
            } catch Errno.resourceTemporarilyUnavailable {
                return false
            }
        }
    }

    private func split(_ bytes: UnsafeRawBufferPointer, _ closure: (String) -> Void) {
        var rest = bytes[...]
        while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
            if buffer.isEmpty {
                closure(ByteText.text(rest[..<newline]))
            } else {
                buffer.append(contentsOf: rest[..<newline])
                closure(ByteText.text(buffer))
                buffer.removeAll(keepingCapacity: true)
            }
            rest = rest[(newline + 1)...]
        }
        buffer.append(contentsOf: rest)
    }
}
