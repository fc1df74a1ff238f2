import FoundationEssentials
import Hypervisor
import Support

/// A guest as its QEMU sees it, which needs no answer of the guest.
struct QEMUView: Sendable {
    let access: LabAccess
    let node: NodeRecord
    let qemu: ProcessIdentity
    let shelf: EvidenceShelf

    private static let file = "qemu.txt"
    private static let what = "QEMU's view"
    private static let limit = Duration.seconds(10)
    /// A core is written at the speed of the disk.
    private static let dumpLimit = Duration.seconds(120)
    /// Twice: a CPU that goes on is not where it was.
    private static let commands = ["info status", "info registers -a", "info registers -a", "info cpus"]

    /// Asks where the CPUs are, then gives the guest an NMI, to which an x86-64 kernel says something on its console.
    ///
    /// - Returns: the state that QEMU says the guest is in, and the piece that was kept.
    func look() async -> (state: String?, Diagnosis.Piece) {
        let host = hostState()
        guard !host.hasPrefix("T") else {
            let text = "The QEMU process \(qemu.pid) is stopped: \(host)\n"
            return ("stopped by the host", shelf.put(Array(text.utf8), as: Self.file, what: Self.what))
        }
        do {
            let (state, text) = try await LabAccess.within(Self.limit, "\(node.name): QEMU's monitor") {
                try await access.environment.hypervisor(of: access.record).withConnection { connection in
                    let state = try await connection.runState(node.uuid)
                    var text = "The QEMU process \(qemu.pid) on the host: \(host)\nstatus: \(state)\n"
                    for command in Self.commands {
                        text += "\n(qemu) \(command)\n\(try await connection.humanMonitor(node.uuid, command))"
                    }
                    text += "\ninject-nmi: "
                    do {
                        try await connection.injectNMI(node.uuid)
                        text += "done\n"
                    } catch {
                        text += error.sentence + "\n"
                    }
                    return (state, text)
                }
            }
            return (state, shelf.put(Array(text.utf8), as: Self.file, what: Self.what))
        } catch {
            return (nil, shelf.put([], as: Self.file, what: Self.what, problem: error))
        }
    }

    /// Writes an ELF core of the guest.
    func dump() async -> Diagnosis.Piece {
        let name = "memory.elf"
        do {
            guard !hostState().hasPrefix("T") else {
                throw LabError(.commandFailed, "the QEMU process \(qemu.pid) is stopped")
            }
            try await LabAccess.within(Self.dumpLimit, "\(node.name): core") {
                try await access.environment.hypervisor(of: access.record).withConnection { connection in
                    try await connection.dumpMemory(node.uuid, to: shelf.path(name))
                }
            }
            return shelf.found(name, what: "core")
        } catch {
            return shelf.found(name, what: "core", problem: error)
        }
    }

    /// The letter and word of the process's state on the host (proc(5)); empty if it has ended.
    private func hostState() -> String {
        let status = ((try? AtomicFile.read("/proc/\(qemu.pid)/status")) ?? nil).map { ByteText.text(Array($0)) } ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("State:") }
        return line.map { String($0.dropFirst("State:".count).drop { $0.isWhitespace }) } ?? ""
    }
}

extension LabAccess {
    /// Runs `body`, for at most as long as this; then it is cancelled and left to itself.
    ///
    /// - Parameter what: begins the error's sentence.
    static func within<Result: Sendable>(
        _ limit: Duration, _ what: String, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let (results, sink) = AsyncStream.makeStream(of: Swift.Result<Result, any Error>.self)
        let work = Task {
            do { sink.yield(.success(try await body())) } catch { sink.yield(.failure(error)) }
        }
        let watchdog = Task {
            try await Task.sleep(for: limit)
            sink.yield(.failure(LabError(.notReady, "\(what): no answer within \(limit.formattedSeconds)")))
        }
        defer {
            work.cancel()
            watchdog.cancel()
        }
        for await result in results { return try result.get() }
        throw CancellationError()
    }
}
