import Support
import Testing

/// A vde_switch of the test's own; it ends when this does.
final class VDESwitch: Sendable {
    let directory: String
    private let child: ChildProcess
    private let console: Int32

    init(directory: String) throws {
        self.directory = directory
        // Closed on exec, or another test's QEMU would inherit the end whose closing ends the switch.
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        try #require(socketpair(AF_UNIX, type, 0, &ends) == 0)
        defer { close(ends[1]) }
        child = try ChildProcess(
            ["vde_switch", "-s", directory], input: .descriptor(ends[1]), output: .descriptor(ends[1]))
        console = ends[0]
        // It takes commands when its sockets are there, and without a terminal it prints no prompt before.
        try AtomicFile.writeAll(Array("showinfo\n".utf8), to: console, name: "vde_switch")
        var answer: UInt8 = 0
        try #require(read(console, &answer, 1) == 1, "vde_switch ended at once")
    }

    deinit {
        child.send(SIGTERM)
        child.wait()
        close(console)
    }
}
