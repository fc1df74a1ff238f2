import FoundationEssentials
import GuestContract
import Hypervisor
import Support
import Topology
import Trace

/// Tells at once when a guest of a lab ends or its kernel fails, from outside: no guest is asked.
package struct GuestWatch: Sendable {
    /// What has happened to a node.
    package struct Event: Sendable, Equatable {
        /// What it is.
        package enum Kind: Sendable, Equatable {
            /// The guest's QEMU is gone.
            case ended
            /// The kernel's console has a line that says so.
            case trouble(KernelTrouble)
            /// The kernel's console has a line about another node.
            case peer(PeerNews)
        }

        /// The node's name.
        package var node: String
        /// What has happened.
        package var kind: Kind
        /// The kernel's line, without its stamp; empty for an end.
        package var line: String

        /// Whether the guest, or its kernel, is at its end.
        package var isEnd: Bool {
            if case .peer = kind { false } else { true }
        }

        /// Something that has happened, or is expected to.
        package init(node: String, kind: Kind, line: String = "") {
            self.node = node
            self.kind = kind
            self.line = line
        }
    }

    let access: LabAccess
    let severity: KernelTrouble.Severity

    /// Watches the nodes of the lab that `access` gives.
    ///
    /// - Parameter severity: the least that is told of what kernels say.
    package init(access: LabAccess, severity: KernelTrouble.Severity = .oops) {
        self.access = access
        self.severity = severity
    }

    /// What happens from now on, until the consumer is cancelled. A guest that is gone already has ended.
    ///
    /// What a kernel said before its QEMU ended comes before the end.
    /// - Throws: `SystemError` if a console cannot be followed.
    package func events() throws -> AsyncStream<Event> {
        let alive = QEMUProcess.find(uuids: access.record.nodes.map(\.uuid))
        let (events, sink) = AsyncStream.makeStream(of: Event.self)
        let watches = try access.record.nodes.map { node in
            let path = access.paths.serialLog(node.name)
            let size = SerialLog(path: path).size
            return NodeWatch(
                node: node.name, path: path, start: size, severity: severity,
                chunks: try FileFollower.chunks(of: path, from: size), qemu: alive[node.uuid])
        }
        let task = Task {
            await withTaskGroup(of: Void.self) { group in
                for watch in watches { group.addTask { await watch.run { sink.yield($0) } } }
            }
            sink.finish()
        }
        sink.onTermination = { _ in task.cancel() }
        return events
    }
}

/// The watch over one node.
private struct NodeWatch: Sendable {
    let node: String
    let path: String
    /// Where the console was when the watch began.
    let start: Int64
    let severity: KernelTrouble.Severity
    let chunks: AsyncStream<[UInt8]>
    /// `nil` if it has ended.
    let qemu: ProcessIdentity?

    private enum Input: Sendable {
        case printed([UInt8])
        case ended
    }

    func run(_ report: @Sendable (GuestWatch.Event) -> Void) async {
        let (inputs, sink) = AsyncStream.makeStream(of: Input.self)
        await withTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { for await chunk in chunks { sink.yield(.printed(chunk)) } }
            group.addTask {
                do {
                    if let qemu { try await ExitWatch.end(of: qemu) }
                    sink.yield(.ended)
                } catch {
                    // Cancelled, or out of descriptors: the console still tells of a panic.
                }
            }
            var parser = ConsoleLogParser()
            var seen: Int64 = 0
            for await input in inputs {
                switch input {
                case .printed(let chunk):
                    seen += Int64(chunk.count)
                    tell(parser.feed(chunk), report)
                case .ended:
                    // What QEMU wrote before its end need not have come through yet.
                    let all = ((try? AtomicFile.read(path)) ?? nil) ?? Data()
                    tell(parser.feed(Array(all.dropFirst(Int(start + seen)))) + parser.finish(), report)
                    report(GuestWatch.Event(node: node, kind: .ended))
                    return
                }
            }
        }
    }

    private func tell(_ messages: [KernelMessage], _ report: (GuestWatch.Event) -> Void) {
        for message in messages {
            if let trouble = message.trouble, trouble.severity >= severity {
                report(GuestWatch.Event(node: node, kind: .trouble(trouble), line: message.text))
            } else if let news = PeerNews(parsing: message.text) {
                report(GuestWatch.Event(node: node, kind: .peer(news), line: message.text))
            }
        }
    }
}
