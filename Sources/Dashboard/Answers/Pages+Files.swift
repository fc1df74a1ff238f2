import FoundationEssentials
import Results
import Support
import SystemPackage

extension Pages {
    /// A file of a run, or what is in a directory of it.
    func file(_ target: Target) throws -> Answer {
        let (run, path) = (target.path[1], Array(target.path.dropFirst(3)))
        guard runs.directory(run) != nil else { throw DashboardError.absent("run '\(run)' has no files here") }
        let file = try runs.tree.open([run] + path)
        if file.isFolder {
            // Links of the page lead on from the folder.
            guard target.isFolder else {
                return .elsewhere(Address.file(run, path.isEmpty ? "" : path.joined(separator: "/") + "/"))
            }
            return .page(
                try FolderPage(
                    run: run, path: path, entries: try file.entries(),
                    hasTrace: hasTrace(run, path.joined(separator: "/"))
                ).html())
        }
        guard !target.isFolder else {
            throw DashboardError.absent("there is no directory \(path.joined(separator: "/"))")
        }
        let start = target.query["last"].flatMap { Int64($0) }.map { max(0, file.size - max(0, $0)) } ?? 0
        return .file(file, from: start, type: try Self.isText(file, at: start) ? .text : .bytes)
    }

    /// As far as its first bytes tell.
    private static func isText(_ file: OpenFile, at start: Int64) throws -> Bool {
        try !SystemError.naming("read a file") { try file.descriptor.piece(upTo: 4096, at: start) }.contains(0)
    }

    /// Whether a node recorded something in a try's folder.
    func hasTrace(_ run: String, _ folder: String) -> Bool {
        let names = folder.split(separator: "/").map(String.init)
        guard let nodes = try? runs.tree.open([run] + names + ["nodes"]), nodes.isFolder else { return false }
        return ((try? nodes.entries()) ?? []).contains { node in
            (try? runs.tree.open([run] + names + ["nodes", node.name, "trace.txt"])) != nil
        }
    }

    /// What a try kept of each node.
    func nodeFiles(_ run: String, _ attempt: Attempt) -> [CasePage.File] {
        let folder = attempt.folder.split(separator: "/").map(String.init) + ["nodes"]
        let entries = { (path: [String]) in (try? runs.tree.open([run] + path).entries()) ?? [] }
        return entries(folder).filter(\.isFolder).flatMap { node in
            entries(folder + [node.name]).filter { !$0.isFolder }.map { file in
                let name = "nodes/\(node.name)/\(file.name)"
                return CasePage.File(
                    attempt: attempt.number, name: name, href: Address.file(run, attempt.folder + "/" + name),
                    size: file.size)
            }
        }
    }

    func traceFolder(_ run: String, _ query: [String: String]) throws -> String {
        let folder = try Self.wanted("folder", query)
        let names = folder.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard names.allSatisfy(Target.isName), runs.directory(run) != nil, hasTrace(run, folder) else {
            throw DashboardError.absent("run '\(run)' has no trace in \(folder)")
        }
        return folder
    }

    /// Makes a trace, one at a time: they may be large.
    func trace(_ run: String, folder: String) throws -> Answer {
        let made = try Self.making.withLock { _ in
            let place =
                FileManager.default.temporaryDirectory.path
                + "/popcorn-lab-trace-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
            try Directories.create(place)
            defer { try? FileManager.default.removeItem(atPath: place) }
            try settings.trace(run + "/" + folder, place + "/trace.json")
            // It has no name any more when it is sent, so nothing is left behind.
            return try ConfinedTree(root: place).open(["trace.json"])
        }
        return .file(made, type: .trace)
    }

    private static let making = Guarded(())
}
