import Fabric
import FoundationEssentials
import GuestContract
import Support

/// The guests of a lab once more, started as plain QEMU command lines: same kernel, initramfs, machine, devices and switch.
///
/// The command lines are those of the lab's own QEMUs while it was up, without what only libvirt needs: its monitor, the
/// key for its secrets, and the descriptors that it passes on.
struct BareGuests: Sendable {
    private struct Guest: Sendable {
        var node: String
        var words: [String]
        var log: String
    }

    private let fabric: VDESwitch
    private let guests: [Guest]

    /// Copies what is needed of a lab that is up, so that it may go down.
    ///
    /// - Parameter directory: a private directory; the guests' secrets go there.
    init(of status: LabUnderTest.Status, directory: String) throws {
        fabric = VDESwitch(directory: directory + "/fabric")
        let socket = fabric.socketDirectory
        guests = try status.nodes.map { node in
            guard let pid = node.qemuPID, let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline")
            else {
                throw BenchError("\(node.name): its QEMU is gone")
            }
            let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            let initramfs = "\(directory)/\(node.name).initramfs"
            let console = "\(directory)/\(node.name)"
            var line = QEMUCommandLine(words: words)
            line.dropLibvirtParts()
            try line.replaceInitramfs { original in
                try FileManager.default.copyItem(atPath: original, toPath: initramfs)
                return initramfs
            }
            line.replaceConsole(socket: console + ".socket", log: console + ".log")
            line.replaceReports(log: console + ".reports")
            line.replaceSwitch(by: socket)
            return Guest(node: node.name, words: line.words, log: console + ".log")
        }
    }

    /// Starts all guests at once, waits for the ready line of each, and ends them.
    ///
    /// - Returns: seconds from the start of the first to the last line. The switch runs before that.
    func boot() async throws -> Double {
        for guest in guests { unlink(guest.log) }
        _ = try await fabric.start(ports: guests.count)
        defer { try? fabric.stop() }
        let errors = try MemoryFile("errors")
        let began = ContinuousClock.now
        var running: [ChildProcess] = []
        let outcome: Result<Void, any Error>
        do {
            for guest in guests {
                running.append(try ChildProcess(guest.words, errors: .descriptor(errors.descriptor)))
            }
            try await awaitReady(errors)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        let elapsed = ContinuousClock.now - began
        // As by pulling their plugs.
        for process in running { process.send(SIGKILL) }
        for process in running { _ = await process.awaitEnd() }
        try outcome.get()
        return elapsed.microseconds / 1e6
    }

    private func awaitReady(_ errors: MemoryFile) async throws {
        let limit = Duration.seconds(60)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            defer { group.cancelAll() }
            for guest in guests {
                group.addTask {
                    for await line in try FileFollower.lines(of: guest.log)
                    where InitReport(line: line)?.stage == .ready {
                        return true
                    }
                    throw CancellationError()
                }
            }
            group.addTask {
                try await Task.sleep(for: limit)
                return false
            }
            for _ in guests {
                guard try await group.next() == true else {
                    throw BenchError(
                        "bare QEMU: a guest was not ready within \(limit.formattedClock)", details: [errors.text])
                }
            }
        }
    }
}
