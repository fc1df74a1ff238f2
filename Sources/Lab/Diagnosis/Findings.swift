import GuestContract
import Support

/// What the evidence of a lab says, in sentences: who does not answer, who waits for whom.
struct Findings {
    /// In order: silent nodes, peers, trouble, threads, pages, blocked tasks.
    let sentences: [String]

    /// How many of one kind are told one by one.
    private static let most = 8

    /// - Parameter names: of the nodes, by id.
    init(_ reports: [NodeReport], _ names: [String]) {
        func name(_ id: Int) -> String { names.indices.contains(id) ? names[id] : "node \(id)" }
        let kinds: [[String]] = [
            reports.compactMap(Self.silence),
            reports.flatMap { Self.peers($0, name) },
            reports.flatMap { report in report.troubles.map { "\(report.node)'s kernel says: \($0)." } },
            reports.flatMap { Self.threads($0, name) },
            reports.flatMap { Self.pages($0, name) },
            reports.flatMap(Self.blocked),
        ]
        sentences = kinds.flatMap { found in
            found.count > Self.most
                ? found.prefix(Self.most) + ["\(found.count - Self.most) more are in the files."] : found
        }
    }

    private static func silence(_ report: NodeReport) -> String? {
        guard let silence = report.silence else { return nil }
        if report.runState == "paused" { return "\(report.node) is frozen: its CPUs are stopped." }
        return "\(report.node) does not answer (\(silence))" + (report.runState.map { "; QEMU says: \($0)." } ?? ".")
    }

    private static func peers(_ report: NodeReport, _ name: (Int) -> String) -> [String] {
        PeerTable(parsing: report.text(.peers)).peers.compactMap { peer in
            switch peer.state {
            case .down: "\(report.node) sees \(name(peer.id)) down."
            case .silent: Silence(of: peer, named: name(peer.id), seenBy: report.node).sentence + "."
            case .own, .up: nil
            }
        }
    }

    /// Threads away or under way, each with what its shadow and its host wait in.
    private static func threads(_ report: NodeReport, _ name: (Int) -> String) -> [String] {
        let table = NodeProcessTable(parsing: report.text(.processes))
        let places = ThreadPlace.list(parsing: report.text(.threads))
        func wait(_ tid: Int32) -> String {
            let place = places.first { $0.tid == tid }
            return place?.waitsIn.map { ", in \($0)" } ?? place.map { $0.state.isEmpty ? "" : ", \($0.state)" } ?? ""
        }
        let threads = table.processes.flatMap { process in
            process.threads.map { thread in
                let place = thread.hasArrived ? "is at \(name(thread.node))" : "is on its way to \(name(thread.node))"
                return "\(process.program) \(process.pid)/\(thread.tid) of \(report.node) \(place)\(wait(thread.tid))."
            }
        }
        let hosts = table.workers.flatMap { worker in
            worker.hosts.sorted { $0.key < $1.key }.map { thread, host in
                "\(report.node) hosts \(worker.program) \(thread) of \(name(worker.origin)) as \(host)\(wait(host))."
            }
        }
        return threads + hosts
    }

    private static func pages(_ report: NodeReport, _ name: (Int) -> String) -> [String] {
        BusyPage.list(parsing: report.text(.pages)).compactMap { page in
            var facts: [String] = []
            if page.isPending { facts.append("waits for it from \(name(page.home))") }
            if let asker = page.asker { facts.append("serves \(name(asker))") }
            if !page.awaited.isEmpty {
                facts.append("waits for answers of " + page.awaited.map(name).joined(separator: " and "))
            }
            if page.isInDemand { facts.append("has yet to give it") }
            if page.isLocked { facts.append("has it locked") }
            if page.isLost { facts.append("has lost it") }
            guard !facts.isEmpty else { return nil }
            return "Page \(page.address) of process \(page.process): \(report.node) \(facts.joined(separator: ", "))."
        }
    }

    private static func blocked(_ report: NodeReport) -> [String] {
        // What has started a worker waits for its end, as it should.
        BlockedTask.list(report.lines(.blockedTasks)).filter { !$0.functions.contains("worker_main") }.map { task in
            let place = task.functions.first.map { " in \($0)" } ?? ""
            let callers = task.functions.dropFirst().prefix(3).joined(separator: ", ")
            return "\(report.node): \(task.name) (\(task.pid)) is blocked\(place)"
                + (callers.isEmpty ? "." : ", called by \(callers).")
        }
    }
}
