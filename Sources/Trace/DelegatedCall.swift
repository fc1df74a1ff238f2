/// What names a delegated call at the guest's node and in its shadow at the origin.
struct CallKey: Hashable {
    var hop: HopKey
    var sequence: UInt32
}

/// One end of a delegated call: `call_begin` or `call_end`.
struct CallEvent {
    var key: CallKey
    var isBegin: Bool
    /// In the shadow, at the origin.
    var isServed: Bool
    /// See `DelegatedCall.name`; `nil` at the end.
    var number: Int32?

    /// `nil` if `event` is no delegated call, or lacks what names it.
    init?(_ event: FtraceEvent) {
        guard event.name == "call_begin" || event.name == "call_end", let process = event.number("process"),
            let thread = event.number("thread").flatMap(UInt32.init(exactly:)),
            let hop = event.number("hop").flatMap(UInt32.init(exactly:)),
            let sequence = event.number("seq").flatMap(UInt32.init(exactly:))
        else { return nil }
        key = CallKey(
            hop: HopKey(process: UInt64(bitPattern: process), thread: thread, hop: hop), sequence: sequence)
        isBegin = event.name == "call_begin"
        isServed = event.number("served") == 1
        number = isBegin ? event.number("number").flatMap(Int32.init(exactly:)) : nil
    }
}

enum DelegatedCall {
    /// `enum popcorn_call_number` of `uapi/popcorn/delegate.h`.
    private static let names: [Int32: String] = [
        1: "read", 2: "write", 3: "pread", 4: "pwrite", 5: "lseek", 6: "fstat", 7: "fcntl", 8: "dup", 9: "dup3",
        10: "close", 11: "poll", 12: "terminal", 13: "futex wait", 14: "futex wake", 15: "open", 16: "ftruncate",
        17: "kill", 18: "futex requeue",
    ]
    /// From here on runtimes number calls of their own (`POPCORN_CALL_PRIVATE`).
    private static let firstPrivate: Int32 = 256

    static func name(_ number: Int32) -> String {
        names[number] ?? (number >= firstPrivate ? "runtime \(number - firstPrivate)" : "call \(number)")
    }
}
