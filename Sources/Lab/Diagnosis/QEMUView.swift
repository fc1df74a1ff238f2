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
    /// Twice: a CPU that goes on is not where it was.
    private static let commands = ["info status", "info registers -a", "info registers -a", "info cpus"]

    /// Asks where the CPUs are, then gives the guest an NMI, to which an x86-64 kernel says something on its console.
    ///
    /// - Returns: the state that QEMU says the guest is in, and the piece that was kept.
    func look() async -> (state: String?, Diagnosis.Piece) {
        let host = qemu.stateText
        guard !qemu.isStopped else {
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
}

extension ProcessIdentity {
    /// The letter and word of its state on the host, such as `S (sleeping)` (proc(5)); empty if it has ended.
    var stateText: String {
        let status = ((try? AtomicFile.read("/proc/\(pid)/status")) ?? nil).map { ByteText.text(Array($0)) } ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("State:") }
        return line.map { String($0.dropFirst("State:".count).drop { $0.isWhitespace }) } ?? ""
    }

    /// Whether somebody has stopped it by a signal: it answers nobody then.
    var isStopped: Bool { stateText.first?.uppercased() == "T" }
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
