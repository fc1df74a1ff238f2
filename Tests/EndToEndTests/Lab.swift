import FoundationEssentials
import Support
import TestSupport
import Testing

/// A lab of these tests, driven by the command line alone.
struct Lab: Sendable {
    let name: String
    let workplace: Workplace

    /// Runs `popcorn-lab`, which must end with `exit`.
    ///
    /// - Throws: `UnexpectedEnding` with everything it printed.
    @discardableResult
    func callAsFunction(
        _ words: String..., input: [UInt8] = [], exit: Int32 = 0, limit: Duration = .seconds(60),
        watching: (@Sendable (String, (Int32) -> Void) async -> Void)? = nil
    ) async throws -> Ending {
        try await self(words: words, input: input, exit: exit, limit: limit, watching: watching)
    }

    /// The same with the words as a list.
    @discardableResult
    func callAsFunction(
        words: [String], input: [UInt8] = [], exit: Int32 = 0, limit: Duration = .seconds(60),
        watching: (@Sendable (String, (Int32) -> Void) async -> Void)? = nil
    ) async throws -> Ending {
        var tool = workplace.popcornLab
        tool.environment["POPCORN_LAB_LAB"] = name
        let ending = try await tool(words, input: input, limit: limit, watching: watching)
        guard ending.status == exit else {
            throw UnexpectedEnding(expected: "exit code \(exit)", ending: ending)
        }
        return ending
    }

    /// What `popcorn-lab … --format json` says.
    func json<Value: Decodable>(_ type: Value.Type, _ words: String...) async throws -> Value {
        var tool = workplace.popcornLab
        tool.environment["POPCORN_LAB_LAB"] = name
        let ending = try await tool(words + ["--format", "json"], limit: .seconds(60))
        guard ending.status == 0 else { throw UnexpectedEnding(expected: "exit code 0", ending: ending) }
        do {
            return try JSONDecoder().decode(type, from: Data(ending.output))
        } catch {
            throw UnexpectedEnding(expected: "JSON of a \(type) (\(error))", ending: ending)
        }
    }

    func status() async throws -> Status { try await json(Status.self, "status") }

    /// Another program of this host, which must succeed.
    @discardableResult
    func host(
        _ program: String, _ words: String..., input: [UInt8] = [], exit: Int32 = 0, limit: Duration = .seconds(60)
    ) async throws -> Ending {
        var tool = CommandLineTool(executable: try Self.find(program), environment: workplace.popcornLab.environment)
        tool.environment["POPCORN_LAB_LAB"] = name
        let ending = try await tool(words, input: input, limit: limit)
        guard ending.status == exit else { throw UnexpectedEnding(expected: "exit code \(exit)", ending: ending) }
        return ending
    }

    private static func find(_ program: String) throws -> String {
        // Users' PATH often lacks the directories for administrators, where mke2fs lives.
        let directories = ((ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin")
            .split(separator: ":")
        let paths: [String] = directories.map { "\($0)/\(program)" }
        guard let found = paths.first(where: { access($0, X_OK) == 0 })
        else { throw SystemError("find \(program); `make setup-tests` installs what the tests need", errno: ENOENT) }
        return found
    }

    /// Runs `body`, then `repair` whatever became of it, so that a failure here is not one of the tests that follow.
    func repairing(
        _ repair: (Lab) async throws -> Void, after body: (Lab) async throws -> Void
    ) async throws {
        do {
            try await body(self)
        } catch {
            do { try await repair(self) } catch { Issue.record(error, "the lab could not be repaired") }
            throw error
        }
        try await repair(self)
    }

    /// Workers end a moment after their process; then no node has memory of either, nor a complaint of its kernel.
    ///
    /// - Parameter node: the one to ask; all if not given.
    func expectNothingLeft(
        on node: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let script = """
            for i in $(seq 100); do
                [ "$(tail -1 /proc/popcorn_ps)" = "spaces=0 pages=0" ] && break
                sleep 0.1
            done
            tail -1 /proc/popcorn_ps
            dmesg | grep -E 'WARNING:|BUG|Oops|blocked for more|Bad page|Unable to handle|refcount'; true
            """
        // All at once: emulated guests take longer to exchange keys than to answer.
        let left = try await self("exec", node ?? "--all", script).lines
        let nothing = "spaces=0 pages=0"
        let isNothing = left.allSatisfy { node == nil ? $0.hasSuffix(": " + nothing) : $0 == nothing }
        // `exec --all` ends with an error unless each node has answered.
        #expect(isNothing && left.count >= (node == nil ? 2 : 1), "\(left)", sourceLocation: sourceLocation)
    }

    /// Waits until both kernels of the pair see each other.
    func awaitPair() async throws {
        try await self.await("up", of: 0, on: "arm")
        try await self.await("up", of: 1, on: "x86")
    }

    /// Waits in the node's kernel, without polling by time, until it sees a peer's state.
    func await(_ state: String, of peer: Int, on node: String, within seconds: Int = 30) async throws {
        try await self("exec", node, "/root/probe", "await", "\(peer)", state, "\(seconds)")
    }
}

/// The part of `status --format json` that tests read.
struct Status: Decodable {
    struct Node: Decodable {
        var name: String
        var id: Int
        var isa: String
        var state: String
        var accelerator: String
        var acceleratorReason: String
        var address: String
        var sshPort: Int
        var qemuPID: Int32?
        var uptimeSeconds: Double?
        var peers: [String: String]
        var impairment: String
    }

    var lab: String
    var nodes: [Node]
    var runs: [String]

    func node(_ name: String) throws -> Node { try #require(nodes.first { $0.name == name }) }
}

/// The part of a run's `manifest.json` that tells when.
struct RunTimes: Decodable {
    struct Step: Decodable {
        var name: String
        var milliseconds: Double
    }

    var started: Date
    var ended: Date?
    var steps: [Step]?

    init(of run: String, in lab: Lab) throws {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        let path = "\(lab.workplace.directories.runs)/\(run)/manifest.json"
        self = try decoder.decode(Self.self, from: try #require(FileManager.default.contents(atPath: path)))
    }
}

/// The lab of an x86-64 and an aarch64 guest that most tests share; it comes up when the first of them wants it.
actor SharedLab {
    static let shared = SharedLab()
    private var boot: Task<(Lab, Ending), any Error>?

    /// The lab, complete and with the probe on both nodes, whatever tests before did to it.
    func callAsFunction() async throws -> Lab { try await firstUp().lab }

    /// What the `up` that brought it up printed.
    func firstUp() async throws -> (lab: Lab, ending: Ending) {
        if let boot {
            let (lab, ending) = try await boot.value
            return (lab, ending)
        }
        let task = Task {
            let lab = Lab(name: "pair", workplace: try Workplace.shared.get())
            // The first ever builds images and learns what the host's QEMU can do.
            let ending = try await lab("up", "x86,arm", limit: .seconds(300))
            let probe = try await Probe.shared.program(lab)
            try await lab("deploy", probe)
            return (lab, ending)
        }
        boot = task
        let (lab, ending) = try await task.value
        return (lab, ending)
    }

    /// To be called by the test that takes it down.
    func isDown() { boot = nil }
}

/// The program of these tests that runs in guests, built for both ISAs.
actor Probe {
    static let shared = Probe()
    private var build: Task<String, any Error>?

    /// Its path without the ISA's suffix.
    func program(_ lab: Lab) async throws -> String {
        if let build { return try await build.value }
        let task = Task {
            let source = String(#filePath.dropLast("Lab.swift".count)) + "Probe"
            try await lab.host("make", "-s", "-C", source, "OUT=\(lab.workplace.file("probe"))")
            return lab.workplace.file("probe/probe")
        }
        build = task
        return try await task.value
    }
}
