import Topology

/// What one node's `/proc/popcorn_ps` says; docs/migration.md describes the lines.
struct MigrationTable: Equatable {
    /// `P:`, a process at its origin, with its `L:` lines.
    struct Process: Equatable {
        var pid: Int32
        /// The same on all nodes.
        var id: String
        var program: String
        var hops: Int
        var calls: Int
        var pages: Int
        var threads: [Thread] = []
    }

    struct Thread: Equatable {
        var tid: Int32
        /// The node's id.
        var node: Int
        var hops: Int
        var refused: Int
        var hasArrived: Bool
        /// µs; `nil` if it has never moved.
        var sinceMove: Int64?
    }

    /// `W:`, the part of a process that lives at a node other than its origin, with its `R:` lines.
    struct Worker: Equatable {
        /// The process's.
        var id: String
        var pages: Int
        /// The thread's id here by its id at the origin.
        var hosts: [Int32: Int32] = [:]
    }

    var processes: [Process] = []
    var workers: [Worker] = []

    init(parsing text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: " ")
            let values = KeyValues(words)
            switch words.first {
            case "P:": if let process = Process(words, values) { processes.append(process) }
            case "L:":
                if let thread = Thread(words, values), !processes.isEmpty {
                    processes[processes.count - 1].threads.append(thread)
                }
            case "W:": workers.append(Worker(id: values["process"] ?? "", pages: values.number("pages") ?? 0))
            case "R:":
                if words.count > 3, let here = Int32(words[1]), let there = Int32(words[3]), !workers.isEmpty {
                    workers[workers.count - 1].hosts[there] = here
                }
            default: break
            }
        }
    }
}

extension MigrationTable.Process {
    fileprivate init?(_ words: [Substring], _ values: KeyValues) {
        guard words.count > 1, let pid = Int32(words[1]), let id = values["process"] else { return nil }
        self.init(
            pid: pid, id: id, program: values["comm"] ?? "-", hops: values.number("hops") ?? 0,
            calls: values.number("calls") ?? 0, pages: values.number("pages") ?? 0)
    }
}

extension MigrationTable.Thread {
    fileprivate init?(_ words: [Substring], _ values: KeyValues) {
        guard words.count > 2, let tid = Int32(words[1]), let node = Int(words[2]) else { return nil }
        let since = values.number("since_us", as: Int64.self)
        self.init(
            tid: tid, node: node, hops: values.number("hops") ?? 0, refused: values.number("refused") ?? 0,
            hasArrived: values["arrived"] != "0", sinceMove: since.flatMap { $0 < 0 ? nil : $0 })
    }
}
