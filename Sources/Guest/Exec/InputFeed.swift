import Support
import SystemPackage

/// The bytes that wait to be sent to a remote command, and where more come from.
final class InputFeed {
    private enum Source {
        /// Nothing more will come.
        case ended
        /// A protocol of ours adds more.
        case open
        case descriptor(Int32)
    }

    private var source: Source
    private var buffer: [UInt8] = []
    private var start = 0
    private static let piece = 64 << 10

    /// - Parameter isTerminal: OpenSSH's server drops a terminal's master at the end of its input, so none is sent
    /// then.
    init(_ input: RemoteInput, isTerminal: Bool) {
        switch input {
        case .none: source = isTerminal ? .open : .ended
        case .bytes(let bytes):
            source = .ended
            buffer = bytes
        case .descriptor(let descriptor): source = .descriptor(descriptor)
        }
    }

    /// A feed that `append` fills.
    init() { source = .open }

    var isEmpty: Bool { start == buffer.count }

    /// Whether everything has been sent and nothing more comes.
    var isFinished: Bool {
        if case .ended = source { isEmpty } else { false }
    }

    func append(_ bytes: [UInt8]) {
        compact()
        buffer.append(contentsOf: bytes)
    }

    /// The descriptor to wait for, when there is nothing to send.
    var wanted: pollfd? {
        guard case .descriptor(let descriptor) = source, isEmpty else { return nil }
        return pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    }

    /// Reads once from the descriptor, which must be ready. An error counts as the end, as it does for a shell's pipe.
    func refill() {
        guard case .descriptor(let descriptor) = source, isEmpty else { return }
        start = 0
        buffer = []
        do {
            buffer = try FileDescriptor(rawValue: descriptor).piece(upTo: Self.piece)
            if buffer.isEmpty { source = .ended }
        } catch {
            if error as? Errno != .resourceTemporarilyUnavailable { source = .ended }
        }
    }

    /// Offers up to `limit` bytes to `body`, which returns how many it took, or a negative number.
    func send(limit: Int, _ body: (UnsafeRawBufferPointer) -> Int) -> Int {
        let count = buffer[start...].withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0.prefix(limit))) }
        if count > 0 { start += count }
        return count
    }

    func drop() {
        source = .ended
        buffer = []
        start = 0
    }

    private func compact() {
        if isEmpty {
            buffer.removeAll(keepingCapacity: true)
        } else if start > buffer.count / 2 {
            buffer.removeFirst(start)
        } else {
            return
        }
        start = 0
    }
}
