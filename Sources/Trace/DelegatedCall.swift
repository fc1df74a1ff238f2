/// What names a delegated call at the guest's node and in its shadow at the origin.
struct CallKey: Hashable, Comparable {
    var hop: HopKey
    var sequence: UInt32

    static func < (left: CallKey, right: CallKey) -> Bool { (left.hop, left.sequence) < (right.hop, right.sequence) }
}

/// One end of a delegated call: `call_begin` or `call_end`.
struct CallEvent {
    var key: CallKey
    var isBegin: Bool
    /// In the shadow, at the origin.
    var isServed: Bool
    /// See `DelegatedCall.name`; `nil` in `call_end`.
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
        1: "read", 2: "write", 5: "lseek", 11: "poll", 12: "terminal", 13: "futex wait", 14: "futex wake",
        18: "futex requeue",
    ]
    /// System calls that the runtime delegates, by their number of Linux's generic list (asm-generic/unistd.h):
    /// `system_call_list.h` of `Images/runtime`.
    private static let systemCalls: [Int32: String] = [
        5: "setxattr", 6: "lsetxattr", 7: "fsetxattr", 8: "getxattr", 9: "lgetxattr", 10: "fgetxattr",
        11: "listxattr", 12: "llistxattr", 13: "flistxattr", 14: "removexattr", 15: "lremovexattr",
        16: "fremovexattr", 17: "getcwd", 19: "eventfd2", 20: "epoll_create1", 23: "dup", 24: "dup3", 25: "fcntl",
        26: "inotify_init1",
        27: "inotify_add_watch", 28: "inotify_rm_watch", 29: "ioctl", 32: "flock", 33: "mknodat", 34: "mkdirat",
        35: "unlinkat", 36: "symlinkat", 37: "linkat", 38: "renameat", 43: "statfs", 44: "fstatfs", 45: "truncate",
        46: "ftruncate", 47: "fallocate", 48: "faccessat", 49: "chdir", 50: "fchdir", 52: "fchmod", 53: "fchmodat",
        54: "fchownat", 55: "fchown", 56: "openat", 57: "close", 59: "pipe2", 61: "getdents64", 62: "lseek",
        63: "read", 64: "write", 67: "pread64", 68: "pwrite64", 71: "sendfile", 72: "pselect6", 76: "splice",
        78: "readlinkat", 79: "newfstatat", 80: "fstat", 81: "sync", 82: "fsync", 83: "fdatasync",
        84: "sync_file_range", 85: "timerfd_create", 86: "timerfd_settime", 87: "timerfd_gettime", 88: "utimensat",
        95: "waitid",
        129: "kill", 154: "setpgid", 155: "getpgid", 156: "getsid", 157: "setsid", 166: "umask", 198: "socket",
        199: "socketpair", 200: "bind", 201: "listen", 202: "accept", 203: "connect", 204: "getsockname",
        205: "getpeername", 206: "sendto", 207: "recvfrom", 208: "setsockopt", 209: "getsockopt", 210: "shutdown",
        213: "readahead", 223: "fadvise64", 242: "accept4", 260: "wait4", 267: "syncfs", 276: "renameat2",
        279: "memfd_create", 285: "copy_file_range", 291: "statx", 439: "faccessat2",
    ]
    /// What the runtime has its shadow do that is no system call (`system_calls.h`).
    private static let runtimeCalls: [Int32: String] = [
        0x1000: "create thread", 0x1001: "signal action", 0x1002: "discard", 0x1003: "epoll_ctl",
        0x1004: "epoll_wait", 0x1005: "sendmsg", 0x1006: "recvmsg",
    ]
    /// From here on runtimes number calls of their own (`POPCORN_CALL_PRIVATE`).
    private static let firstPrivate: Int32 = 256

    /// What a call does, by the number that `call_begin` gives it.
    static func name(_ number: Int32) -> String {
        if let name = names[number] { return name }
        guard number >= firstPrivate else { return "call \(number)" }
        let own = number - firstPrivate
        return systemCalls[own] ?? runtimeCalls[own] ?? "system call \(own)"
    }
}
