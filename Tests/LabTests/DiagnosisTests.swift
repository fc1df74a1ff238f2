import FoundationEssentials
import GuestContract
import Support
import TestSupport
import Testing

@testable import Lab

@Suite("Diagnosis")
struct DiagnosisTests {
    private func report(_ node: String, _ answers: [GuestEvidence: String]) -> NodeReport {
        NodeReport(node: node, answers: answers.mapValues { Array($0.utf8) })
    }

    @Test("who waits for whom is told across nodes")
    func findings() {
        let x86 = report(
            "x86",
            [
                .peers: "*  0 10.4.4.100 x86_64 self 0\n   1 10.4.4.101 aarch64 down 1\n",
                .processes: """
                P: 120 process=0x7b comm=sort hops=1 pages=7
                L: 122 1 process=0x7b thread=1 hops=1 arrived=0
                spaces=1 pages=7

                """,
                .threads: "T: 120/122 origin\nF: wchan\n popcorn_origin_step\n",
                .pages: """
                S: process=0x7b home=0
                B: 0x40000000 pending=0 demand=0 locked=0 asker=1 awaited=0x2 lost=0
                B: 0x40001000 pending=0 demand=0 locked=0 asker=-1 awaited=0 lost=0 fresh=1

                """,
                .blockedTasks: "6,1,5,-;task:kworker/0:1 state:D stack:0 pid:33 ppid:2\n4,2,6,-; __schedule+0x1/0x2\n"
                    + "4,3,7,-; down_read+0x1/0x2\n4,4,8,-; sweep+0x1/0x2 [popcorn]\n"
                    + "6,5,9,-;task:popcorn_worker state:D stack:0 pid:91 ppid:2\n"
                    + "4,6,9,-; call_usermodehelper_exec+0x1/0x2\n4,7,9,-; worker_main+0x1/0x2 [popcorn]\n",
            ])
        var arm = NodeReport(node: "arm", silence: "it is silent", runState: "running")
        arm.troubles = ["BUG: soft lockup - CPU#0 stuck for 22s! [a:1]"]
        #expect(
            Findings([x86, arm], ["x86", "arm"]).sentences == [
                "arm does not answer (it is silent); QEMU says: running.",
                "x86 sees arm down.",
                "arm's kernel says: BUG: soft lockup - CPU#0 stuck for 22s! [a:1].",
                "sort 120/122 of x86 is on its way to arm, in popcorn_origin_step.",
                "Page 0x40000000 of process 0x7b: x86 serves arm, waits for answers of arm.",
                "x86: kworker/0:1 (33) is blocked in down_read, called by sweep.",
            ])
    }

    @Test("of many things of one kind, some are told")
    func many() {
        let lines = (0..<20).map { "B: 0x\($0)000 pending=1 demand=0 locked=0 asker=-1 awaited=0 lost=0\n" }.joined()
        let found = Findings([report("arm", [.pages: "S: process=0x1 home=0\n" + lines])], ["x86", "arm"]).sentences
        #expect(found.count == 9 && found.last == "12 more are in the files.")
        #expect(found.first == "Page 0x0000 of process 0x1: arm waits for it from x86.")
        #expect(Findings([report("x86", [:])], ["x86"]).sentences.isEmpty)
    }

    @Test("a lab without a guest is diagnosed too: what the host has is kept, and what is missing is said")
    func deadLab() async throws {
        let scratch = try Scratch()
        let record = try Sample.record()
        try scratch.store.create(record)
        let access = try LabAccess(environment: scratch.environment, name: "sample")
        try Directories.create(access.paths.node("arm"))
        try AtomicFile.write("[    1.000000] Oops: 0002 [#1] SMP\r\n", to: access.paths.serialLog("arm"))
        let directory = scratch.path + "/diagnosis"
        var options = Diagnosis.Options()
        options.dump = true
        let outcome = try await Diagnosis(access: access, options: options).collect(into: directory)
        #expect(outcome.files == ["arm/serial.log"])
        #expect(outcome.problems.contains { $0.hasPrefix("x86: the guest: ") })
        #expect(outcome.summary.contains("arm's kernel says: Oops: 0002 [#1] SMP."))
        let summary = try #require(FileManager.default.contents(atPath: directory + "/summary.txt"))
        #expect(ByteText.text(Array(summary)).contains("arm/serial.log"))
    }

    @Test("what lasts too long is left to itself")
    func limits() async throws {
        let error = await #expect(throws: LabError.self) {
            // It does not react to its cancellation.
            try await LabAccess.within(.milliseconds(20), "x86: trace") {
                await Task.detached { try? await Task.sleep(for: .seconds(3600)) }.value
            }
        }
        #expect(error?.code == .notReady && error?.summary.hasPrefix("x86: trace: ") == true)
        #expect(try await LabAccess.within(.seconds(60), "x86") { 7 } == 7)
        await #expect(throws: CancellationError.self) {
            try await LabAccess.within(.seconds(60), "x86") { throw CancellationError() }
        }
    }
}
