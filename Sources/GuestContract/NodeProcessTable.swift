/// The migratable processes that one kernel knows, as its `/proc/popcorn_ps` says; docs/migration.md describes the lines.
package struct NodeProcessTable: Sendable, Equatable {
    /// `P:`, a process at its origin, with its `L:` lines.
    package struct Process: Sendable, Equatable {
        /// Its id in this guest.
        package var pid: Int32
        /// The same on all nodes.
        package var id: String
        /// What the kernel calls it (`comm`): 15 bytes at most, with blanks escaped in octal; `-` if it is gone.
        package var program: String
        /// Moves of all its threads, including ended ones. A move back home counts too.
        package var hops: Int
        /// System calls that the origin has made for threads that were away.
        package var calls: Int
        /// Pages of its memory that this node holds at the moment.
        package var pages: Int
        /// The living ones: first those that have moved or were asked to, then the others.
        package var threads: [Thread] = []
    }

    /// `L:`, a living thread in the table of its origin.
    package struct Thread: Sendable, Equatable {
        /// Its id at the origin, which its shadow keeps while it is away.
        package var tid: Int32
        /// The node's id.
        package var node: Int
        /// The number of its last hop; 0 if it has never moved.
        package var hops: Int
        /// How many of its moves have failed.
        package var refused: Int
        /// `false` while it is on its way to `node`.
        package var hasArrived: Bool
        /// µs; `nil` if it has never moved.
        package var sinceMove: Int64?
    }

    /// `W:`, the part of a process that lives at a node other than its origin, with its `R:` lines.
    package struct Worker: Sendable, Equatable {
        /// The process's.
        package var id: String
        /// Its id in this guest; 0 while it is being started.
        package var pid: Int32 = 0
        /// What the kernel calls it, as of a process.
        package var program = "-"
        /// The id of the process's origin; -1 if the line does not say.
        package var origin = -1
        /// Pages of the process's memory that this node holds at the moment.
        package var pages: Int
        /// The thread's id here by its id at the origin.
        package var hosts: [Int32: Int32] = [:]
    }

    /// The last line: what the node holds of all programs together, of those that are going away, too.
    package struct Totals: Sendable, Equatable {
        /// Processes' memory, one for each process of which the node has any part.
        package var spaces: Int
        /// Pages in them.
        package var pages: UInt64

        /// Takes both as they are.
        package init(spaces: Int, pages: UInt64) {
            self.spaces = spaces
            self.pages = pages
        }
    }

    /// Processes whose origin is this node.
    package var processes: [Process] = []
    /// Parts of processes whose origin is another node.
    package var workers: [Worker] = []
    /// `nil` if the text has no such line: it was cut off, or the kernel has no message layer.
    package var totals: Totals?

    /// Reads the file's text. Lines of other kinds are passed over, and so are those without the ids they need.
    package init(parsing text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: " ")
            let values = KeyValues(words)
            switch words.first {
            case "P:": if let process = Process(words, values) { processes.append(process) }
            case "L:":
                if let thread = Thread(words, values), !processes.isEmpty {
                    processes[processes.count - 1].threads.append(thread)
                }
            case "W:": workers.append(Worker(words, values))
            case "R:":
                if words.count > 3, let here = Int32(words[1]), let there = Int32(words[3]), !workers.isEmpty {
                    workers[workers.count - 1].hosts[there] = here
                }
            default:
                if let spaces: Int = values.number("spaces"), let pages: UInt64 = values.number("pages") {
                    totals = Totals(spaces: spaces, pages: pages)
                }
            }
        }
    }
}

extension NodeProcessTable.Worker {
    fileprivate init(_ words: [Substring], _ values: KeyValues) {
        self.init(
            id: values["process"] ?? "", pid: words.dropFirst().first.flatMap { Int32($0) } ?? 0,
            program: values["comm"] ?? "-", origin: values.number("origin") ?? -1, pages: values.number("pages") ?? 0)
    }
}

extension NodeProcessTable.Process {
    fileprivate init?(_ words: [Substring], _ values: KeyValues) {
        guard words.count > 1, let pid = Int32(words[1]), let id = values["process"] else { return nil }
        self.init(
            pid: pid, id: id, program: values["comm"] ?? "-", hops: values.number("hops") ?? 0,
            calls: values.number("calls") ?? 0, pages: values.number("pages") ?? 0)
    }
}

extension NodeProcessTable.Thread {
    fileprivate init?(_ words: [Substring], _ values: KeyValues) {
        guard words.count > 2, let tid = Int32(words[1]), let node = Int(words[2]) else { return nil }
        let since = values.number("since_us", as: Int64.self)
        self.init(
            tid: tid, node: node, hops: values.number("hops") ?? 0, refused: values.number("refused") ?? 0,
            hasArrived: values["arrived"] != "0", sinceMove: since.flatMap { $0 < 0 ? nil : $0 })
    }
}
