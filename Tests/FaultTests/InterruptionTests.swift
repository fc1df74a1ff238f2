import FoundationEssentials
import Support
import TestSupport
import Testing

@testable import Lab

/// `up` that is stopped at any point leaves nothing that `up`, `down` or `prune` cannot handle.
@Suite("An interrupted up", .serialized)
struct InterruptionTests {
    let tool: LabTool

    init() throws { tool = try LabTool() }

    /// Points in the life of `up arm`: before, around and after the start of the switch and of QEMU.
    static let moments: [Duration] = [50, 150, 300, 500, 700, 900, 1200, 1600, 2500, 5000].map { .milliseconds($0) }

    private func interrupted(after moment: Duration, by signal: Int32) async throws -> Ending {
        let up = try tool.start("up", "arm", "-l", "cut")
        try await Task.sleep(for: moment)
        up.send(signal)
        return try await up.end(within: .seconds(120))
    }

    private func expectNothingLeft(_ comment: Comment) {
        #expect(tool.processes.isEmpty, comment)
        #expect(tool.files(of: "cut").isEmpty, comment)
    }

    @Test("Ctrl-C ends a fresh `up` with 130 and takes down what it started", arguments: moments)
    func interrupt(moment: Duration) async throws {
        try await tool.lab("cut") {
            let result = try await interrupted(after: moment, by: SIGINT)
            // A fast host may be done already.
            if result.status == 0 && result.errorText.contains("is up") { return }
            #expect(result.status == 130, "\(result)")
            expectNothingLeft("\(result)")
        }
    }

    @Test("SIGTERM ends it with 143")
    func terminate() async throws {
        try await tool.lab("cut") {
            let up = try tool.start("up", "arm", "-l", "cut")
            try await up.errors(contain: "domain started")
            up.send(SIGTERM)
            let result = try await up.end(within: .seconds(60))
            #expect(result.status == 143, "\(result)")
            expectNothingLeft("\(result)")
        }
    }

    @Test("a closed terminal, with as many SIGHUPs as it sends, ends it with 129; nohup does not")
    func hangUp() async throws {
        try await tool.lab("cut") {
            let up = try tool.start("up", "arm", "-l", "cut")
            try await up.errors(contain: "domain started")
            up.send(SIGHUP)
            try await up.errors(contain: "taking down")
            up.send(SIGHUP)
            let result = try await up.end(within: .seconds(60))
            #expect(result.status == 129, "\(result)")
            expectNothingLeft("\(result)")
        }
        let status = try tool.start(
            "doctor",
            launcher: ["sh", "-c", "trap '' HUP CHLD; echo deaf >&2; exec \"$@\" <&- >&- 2>/dev/null", "sh"])
        try await status.errors(contain: "deaf")
        status.send(SIGHUP)
        let ended = try await status.end(within: .seconds(60))
        #expect(ended.status == 0 || ended.status == 69, "\(ended)")
    }

    @Test("a reader of its messages that goes away ends it with 141, and nothing is left")
    func brokenPipe() async throws {
        try await tool.lab("cut") {
            let up = try tool.start(
                "up", "arm", "-l", "cut",
                launcher: ["bash", "-c", "\"$@\" 2>&1 | head -1; exit ${PIPESTATUS[0]}", "bash"])
            let result = try await up.end(within: .seconds(60))
            #expect(result.status == 141 && result.text.contains("domain started"), "\(result)")
            expectNothingLeft("\(result)")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: tool.directories.runtime)
        #expect(left.filter { $0.hasPrefix("cut") } == [], "locks go with their holders")
    }

    @Test("a killed `up` leaves what `down` takes away", arguments: moments)
    func killedThenDown(moment: Duration) async throws {
        try await tool.lab("cut") {
            let result = try await interrupted(after: moment, by: SIGKILL)
            let down = try await tool.run("down", "-l", "cut", "--force")
            // Without a record there is no such lab, and keys without one are prune's.
            if down.status != 0 {
                #expect(down.status == 64, "\(down)")
                try await tool.check("prune", "--no-images")
            }
            expectNothingLeft("\(result) \(down)")
        }
    }

    @Test(
        "a killed `up` leaves what another `up` completes",
        arguments: [300, 700, 1200, 2500].map { Duration.milliseconds($0) })
    func killedThenUp(moment: Duration) async throws {
        try await tool.lab("cut") {
            _ = try await interrupted(after: moment, by: SIGKILL)
            try await tool.check("up", "arm", "-l", "cut")
            #expect(try await tool.check("exec", "-l", "cut", "arm", "echo alive").text == "alive\n")
            #expect(tool.processes.count == 2, "\(tool.processes)")
        }
        expectNothingLeft("")
    }

    @Test("the second Ctrl-C ends it at once and says how to clean up")
    func twice() async throws {
        try await tool.lab("cut") {
            let up = try tool.start("up", "arm", "-l", "cut")
            try await up.errors(contain: "domain started")
            up.send(SIGINT)
            try await up.errors(contain: "taking down")
            up.send(SIGINT)
            let result = try await up.end(within: .seconds(20))
            #expect(result.status == 130, "\(result)")
            #expect(result.errorText.contains("popcorn-lab down"), "\(result.errorText)")
            _ = try await tool.run("down", "-l", "cut", "--force")
            try await tool.check("prune", "--no-images")
            expectNothingLeft("\(result)")
        }
    }

    @Test("a second `up` of the same lab is refused with the first one's pid and command")
    func locked() async throws {
        try await tool.lab("cut") {
            let first = try tool.start("up", "arm", "-l", "cut")
            try await first.errors(contain: "domain started")
            for verb in [["up", "arm", "-l", "cut"], ["down", "-l", "cut"]] {
                let second = try await tool.program(verb, limit: .seconds(20))
                #expect(second.status == 75, "\(second)")
                #expect(second.errorText.contains("process \(first.pid)") && second.errorText.contains("up arm -l cut"))
            }
            let prune = try await tool.check("prune", "--no-images")
            #expect(prune.errorText.isEmpty, "\(prune.errorText)")
            let result = try await first.end(within: .seconds(120))
            #expect(result.status == 0, "\(result)")
        }
    }
}
