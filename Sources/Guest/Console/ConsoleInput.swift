import Support
import SystemPackage

/// What commands on a console read and write, as a whole: nothing of it can be passed on while they run.
enum ConsoleInput {
    /// All of a command's input. A terminal's is none, as nobody could end it.
    ///
    /// - Throws: `ConsoleLine.Failure.cancelled`; `SystemError`.
    static func bytes(of input: RemoteInput, cancelled: WakeEvent) throws -> [UInt8] {
        switch input {
        case .none: return []
        case .bytes(let bytes): return bytes
        case .descriptor(let descriptor):
            guard isatty(descriptor) == 0 else { return [] }
            var result: [UInt8] = []
            while true {
                try wait(for: descriptor, POLLIN, cancelled)
                let piece = try SystemError.naming("read the command's input") {
                    try FileDescriptor(rawValue: descriptor).piece()
                }
                if piece.isEmpty { return result }
                result += piece
            }
        }
    }

    /// Hands bytes on, as far as whoever takes them wants them.
    static func pour(_ bytes: [UInt8], into drain: OutputDrain, cancelled: WakeEvent) throws {
        try bytes.withUnsafeBytes { all in
            var rest = all[...]
            repeat {
                rest = rest.dropFirst(drain.accept(UnsafeRawBufferPointer(rebasing: rest)))
                try drain.flush()
                while let wanted = drain.wanted {
                    try wait(for: wanted.fd, Int32(wanted.events), cancelled)
                    try drain.flush()
                }
            } while !rest.isEmpty
        }
    }

    private static func wait(for descriptor: Int32, _ event: Int32, _ cancelled: WakeEvent) throws {
        var polled = [
            pollfd(fd: descriptor, events: Int16(event), revents: 0),
            pollfd(fd: cancelled.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&polled, 2, -1) < 0, errno == EINTR {}
        if polled[1].revents != 0 { throw ConsoleLine.Failure.cancelled }
    }
}
