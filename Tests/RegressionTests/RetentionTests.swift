import FoundationEssentials
import Logging
import Results
import Support
import TestSupport
import Testing
import Topology

@testable import Lab
@testable import Regression

/// What is removed of old runs, and what never is.
struct RetentionTests {
    private let scratch: Scratch
    private let environment: LabEnvironment
    private static let day = 86_400.0

    init() throws {
        scratch = try Scratch()
        environment = LabEnvironment(
            directories: Directories(
                cache: scratch.file("cache"), state: scratch.file("state"), runtime: scratch.file("run")),
            share: Share(root: scratch.path), variables: [:], commandLine: ["popcorn-lab", "runs", "prune"], uri: nil,
            log: Logger(label: "test"))
    }

    /// A run of a suite whose log was last written so many days ago.
    private func suiteRun(
        _ id: String, days: Double, problems: [Problem] = [], ended: Bool = true, suite: String = "smoke",
        bytes: Int = 0
    ) throws -> RunDirectory {
        let run = RunDirectory(id: id, directories: environment.directories)
        try Directories.create(run.path)
        let plan = PlannedCase(id: "a", axes: [:], tags: [], seed: 1)
        let log = try ResultLog(path: TestRunFiles(run).log)
        try log.append(
            .began(
                RunHeader(
                    id: id, suite: suite, suiteFile: "/s", seed: 1, commandLine: [], version: "1", started: 0,
                    cases: [plan])))
        try log.append(
            .tried(
                id: "a",
                Attempt(
                    number: 1, boot: nil, started: 0, seconds: 0, problems: problems, measurements: [], folder: "c")))
        if ended { try log.append(.ended(seconds: 1, interrupted: false)) }
        try AtomicFile.write([UInt8](repeating: 7, count: bytes), to: run.path + "/payload")
        try age(TestRunFiles(run).log, days)
        return run
    }

    /// A run of another verb, by its manifest.
    private func labRun(_ id: String, days: Double, lab: LabRecord, exitCode: Int32? = 0) throws -> RunDirectory {
        let run = RunDirectory(id: id, directories: environment.directories)
        try Directories.create(run.path)
        var manifest = Manifest(run: run, verb: .run, record: lab, environment: environment)
        manifest.ended = Date(timeIntervalSinceNow: -days * Self.day)
        manifest.exitCode = exitCode
        try manifest.save(run)
        return run
    }

    private func age(_ path: String, _ days: Double) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -days * Self.day)], ofItemAtPath: path)
    }

    private func lab(_ name: String) throws -> LabRecord {
        let spec = try LabSpec(spec: "x86", name: name)
        let nodes = spec.nodes.map { node in
            NodeRecord(
                spec: node, id: 0, domain: "popcorn-\(name)", uuid: UUID().uuidString,
                managementMAC: MACAddress(lab: name, node: 0, role: .management),
                fabricMAC: MACAddress(lab: name, node: 0, role: .fabric), sshPort: 2200, hostKey: "", image: "image",
                kernel: "6.1", accelerator: .tcg, acceleratorReason: "a test", qemu: nil)
        }
        return LabRecord(id: name, spec: spec, created: Date(), uri: "test:///", nodes: nodes, runs: [])
    }

    private func prune(
        days: Double = 30, keepsFailed: Bool = false, dryRun: Bool = false
    ) throws -> RunRetention.Outcome {
        var options = RunRetention.Options(keep: days * Self.day)
        options.keepsFailed = keepsFailed
        options.dryRun = dryRun
        return try RunRetention(environment: environment, options: options).prune { _, _ in }
    }

    private var runs: [String] { scratch.names("state/runs") }

    @Test func old() throws {
        let record = try lab("gone")
        _ = try suiteRun("20260101-000000-test-aaaa", days: 31, bytes: 1 << 20)
        _ = try suiteRun("20260102-000000-test-bbbb", days: 29)
        _ = try labRun("20260103-000000-run-cccc", days: 40, lab: record)
        _ = try labRun("20260104-000000-run-dddd", days: 1, lab: record)
        try scratch.write("mine", to: "state/runs/notes")
        let told = try prune(dryRun: true)
        #expect(runs.count == 5)
        let outcome = try prune()
        #expect(outcome.removed == ["20260101-000000-test-aaaa", "20260103-000000-run-cccc"])
        #expect(told.removed == outcome.removed && told.freed == outcome.freed)
        #expect(outcome.freed.bytes >= 1 << 20)
        #expect(runs == ["20260102-000000-test-bbbb", "20260104-000000-run-dddd", "notes"])
    }

    @Test func goingOn() throws {
        let run = try suiteRun("20260101-000000-test-aaaa", days: 90, ended: false)
        do {
            let lock = try TestRunFiles(run).lock(environment)
            defer { withExtendedLifetime(lock) {} }
            for dryRun in [true, false] {
                let outcome = try prune(dryRun: dryRun)
                #expect(outcome.removed.isEmpty && outcome.kept.first?.contains("going on") == true)
            }
        }
        // A killed runner holds nothing, though its lock's file may be there.
        try AtomicFile.write("1 popcorn-lab test\n", to: run.path + "/lock")
        #expect(try prune(dryRun: true).removed == [run.id])
        #expect(try prune().removed == [run.id])
        #expect(runs.isEmpty)
    }

    @Test func runsOfLabs() throws {
        var record = try lab("night")
        let named = try labRun("20260101-000000-run-aaaa", days: 90, lab: record)
        record.runs = [named.id]
        try environment.store.create(record)
        let outcome = try prune()
        #expect(outcome.removed.isEmpty && outcome.kept == ["\(named.id) stays: lab 'night' is not down"])
        try AtomicFile.write("{", to: environment.store.paths("night").record)
        #expect(throws: RegressionError.self) { try prune() }
        #expect(runs == [named.id])
    }

    @Test func failures() throws {
        let record = try lab("gone")
        _ = try suiteRun("20260101-000000-test-aaaa", days: 90, problems: [Problem(.exit, "exit code 1")])
        _ = try suiteRun("20260101-000000-test-bbbb", days: 90, problems: [Problem(.lab, "no boot")])
        _ = try suiteRun("20260101-000000-test-cccc", days: 90, ended: false)
        _ = try suiteRun("20260101-000000-test-dddd", days: 90)
        let damaged = try suiteRun("20260101-000000-test-eeee", days: 90)
        try AtomicFile.write("{\n", to: TestRunFiles(damaged).log)
        try age(TestRunFiles(damaged).log, 90)
        _ = try labRun("20260101-000000-run-ffff", days: 90, lab: record, exitCode: 139)
        #expect(try prune(keepsFailed: true).removed == ["20260101-000000-test-dddd"])
        #expect(try prune().removed.count == 5)
    }

    /// A removal that was killed is finished by the next.
    @Test func interrupted() throws {
        try scratch.write("half", to: "state/runs/.removing-20260101-000000-test-aaaa/events.jsonl")
        #expect(try prune().removed.isEmpty)
        #expect(runs.isEmpty)
    }

    @Test func quota() throws {
        let room = RunRoom(directories: environment.directories)
        try room.check(quota: DiskSize(bytes: 0))
        _ = try suiteRun("20260101-000000-test-aaaa", days: 1, bytes: 2 << 20)
        try room.check(quota: DiskSize(bytes: 4 << 20))
        do {
            try room.check(quota: DiskSize(bytes: 1 << 20))
            Issue.record("2 MiB are within a quota of 1 MiB")
        } catch let error as RegressionError {
            #expect(error.code == .quota && error.hint?.contains("runs prune") == true)
        }
        #expect(runs == ["20260101-000000-test-aaaa"])
    }

    @Test func warnings() {
        let gigabyte = DiskSize(bytes: 1 << 30)
        let warning = { (free: Int64, sizes: [Int64]) in
            RunRoom.warning(free: DiskSize(bytes: free), sizes: sizes.map { DiskSize(bytes: $0) }, runs: "/runs")
        }
        #expect(warning(gigabyte.bytes, []) == nil)
        #expect(warning(gigabyte.bytes - 1, [])?.contains("not known yet") == true)
        #expect(warning(200, [1000, 100, 50]) == nil)
        #expect(warning(199, [1000, 100, 50])?.contains("a run of this suite takes 100 B") == true)
    }

    @Test func links() throws {
        try scratch.write([UInt8](repeating: 1, count: 1 << 20), to: "big/file")
        try Directories.create(scratch.file("small"))
        symlink(scratch.file("big"), scratch.file("small/link"))
        #expect(DiskUsage.size(of: scratch.file("small")).bytes < 1 << 16)
        let once = DiskUsage.size(of: scratch.file("big")).bytes
        link(scratch.file("big/file"), scratch.file("big/again"))
        #expect(DiskUsage.size(of: scratch.file("big")).bytes == once)
        #expect(DiskUsage.size(of: scratch.file("absent")).bytes == 0)
        #expect(try DiskUsage.free(at: scratch.file("absent/below")).bytes > 0)
    }

    @Test func amounts() throws {
        #expect(try RetentionSpan(parsing: "30d").seconds == 30 * Self.day)
        #expect(try RetentionSpan(parsing: "2w").seconds == 14 * Self.day)
        #expect(try RetentionSpan(parsing: "36h").seconds == 1.5 * Self.day)
        for text in ["", "30", "d", "-1d", "1.5d", "30 days", "30D"] { #expect(RetentionSpan(text) == nil, "\(text)") }
        #expect(try DiskSize(parsing: "20GiB").bytes == 20 << 30)
        #expect(try DiskSize(parsing: "512m").description == "512 MiB")
        #expect(DiskSize(bytes: 1536).description == "1.5 KiB")
        for text in ["", "20", "-1G", "1.5G", "G", "9999999999T"] { #expect(DiskSize(text) == nil, "\(text)") }
    }
}
