import FoundationEssentials
import Support

/// The Ethernet of one lab on one host: a VDE switch, which needs no privileges.
///
/// Everything it has lies in one private directory, which the lab's record names: the sockets that QEMU's
/// `-netdev vde,sock=` connects to, and the pid file that finds the process again if its starter died at once.
package struct VDESwitch: Sendable {
    /// The directory of this switch; removed by `stop`.
    package let directory: String

    /// The switch that runs in `directory`, or may. `start` creates the directory.
    package init(directory: String) { self.directory = directory }

    /// What QEMU's `sock=` option names.
    package var socketDirectory: String { directory + "/ctl" }
    private var pidFile: String { directory + "/pid" }

    /// The switch's process if it runs: the pid file's process, provided that its command line names our directory.
    package var process: ProcessIdentity? {
        guard let bytes = FileManager.default.contents(atPath: pidFile),
            let pid = Int32(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)),
            let command = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"),
            command.split(separator: 0).contains(where: { String(decoding: $0, as: UTF8.self) == socketDirectory })
        else { return nil }
        return ProcessIdentity(pid: pid)
    }

    /// Starts the switch, or does nothing if it runs already; returns when guests can connect.
    ///
    /// - Parameter ports: how many guests may connect.
    package func start(ports: Int) async throws -> ProcessIdentity {
        if let running = process { return running }
        try stop()
        try Directories.create(directory)
        let watch = try FileWatch(path: pidFile)
        try await spawn(ports: ports)
        let deadline = ContinuousClock.now + .seconds(5)
        while true {
            if let started = process { return started }
            let event = await withCheckedContinuation { continuation in
                ThreadExecutor.detach(name: "vde") { continuation.resume(returning: watch.wait(until: deadline)) }
            }
            guard event == .changed else { throw FabricError.switchDidNotStart("no process after 5 s") }
        }
    }

    /// Ends the switch and removes its directory; a switch that is gone already is no error.
    package func stop() throws {
        if let process, !process.terminate() {
            throw FabricError.switchDidNotStop(process.pid)
        }
        // One whose starter was killed may not have written its pid file yet, and may fork once more while we look.
        while let stray = strays.first {
            guard stray.terminate() else { throw FabricError.switchDidNotStop(stray.pid) }
        }
        try clear()
    }

    /// Switches with our directory, by the process table alone.
    private var strays: [ProcessIdentity] {
        ProcessTable.compactMap { words in
            words.first?.hasSuffix("vde_switch") == true && words.contains { $0 == socketDirectory } ? true : nil
        }.map(\.process)
    }

    private func spawn(ports: Int) async throws {
        let arguments = [
            "-d", "-s", socketDirectory, "-p", pidFile, "-n", String(max(32, ports)), "-m", "600", "--dirmode", "0700",
        ]
        var command = HostCommand("vde_switch", arguments)
        command.output = .discarded
        do {
            try await command.check()
        } catch let error as HostCommandError {
            guard case .ended = error.reason else { throw FabricError.switchMissing(error.summary) }
            throw FabricError.switchDidNotStart(([error.summary] + error.said).joined(separator: ": "))
        }
    }

    private func clear() throws {
        guard FileManager.default.fileExists(atPath: directory) else { return }
        do {
            try FileManager.default.removeItem(atPath: directory)
        } catch {
            throw SystemError("remove \(directory)")
        }
    }
}
