import FoundationEssentials
import Support
import TestSupport
import Testing
import Yams

@testable import Commands

/// The examples of `Configs/ci`, as far as they can be tried without the systems that they are for.
struct ContinuousIntegrationTests {
    private static let folder = String(
        #filePath.dropLast("Tests/CommandsTests/ContinuousIntegrationTests.swift".count) + "Configs/ci/")

    private static func text(_ name: String) throws -> String {
        ByteText.text(Array(try AtomicFile.contents(of: folder + name)))
    }

    /// What stands before a command in any of the files, when the line is cut at the shell's operators and at quotes.
    private static let openings = ["- ", "run: ", "ExecStart=", "ExecStartPre=", "ExecStopPost=", "30 1 * * * "]

    /// The words of each command of ours in a file, without the program's name.
    static func commands(in text: String) -> [[String]] {
        text.split(separator: "\n").flatMap { line -> [[String]] in
            let line = line.drop { $0 == " " }
            if line.hasPrefix("#") || line.hasPrefix("//") { return [] }
            return line.split { "'\"|&;>".contains($0) }.compactMap { piece in
                var piece = piece.drop { $0 == " " }
                for opening in openings where piece.hasPrefix(opening) { piece = piece.dropFirst(opening.count) }
                let words = piece.split(separator: " ").map(String.init)
                guard words.count > 1, words[0] == "popcorn-lab" || words[0] == "/usr/local/bin/popcorn-lab" else {
                    return nil
                }
                return Array(words.dropFirst())
            }
        }
    }

    /// Every command of every file is one that the program takes.
    @Test(arguments: [
        ("popcorn-lab-nightly.service", ["runs", "test", "report"]), ("popcorn-lab.cron", ["runs", "test", "report"]),
        (".gitlab-ci.yml", ["runs", "results", "report", "history", "test", "test"]),
        ("github-nightly.yml", ["runs", "test", "results", "results", "results", "report", "history"]),
        ("Jenkinsfile", ["runs", "test", "results", "report", "history"]),
    ])
    func commandsAreKnown(_ file: String, _ verbs: [String]) throws {
        let commands = Self.commands(in: try Self.text(file))
        #expect(commands.map { $0[0] } == verbs, "\(file)")
        for words in commands {
            #expect(throws: Never.self, "\(file): \(words)") { try PopcornLab.parseAsRoot(words) }
        }
    }

    /// No file is left out above.
    @Test func allFiles() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
        #expect(
            Set(names) == [
                "popcorn-lab-nightly.service", "popcorn-lab-nightly.timer", "popcorn-lab.cron", ".gitlab-ci.yml",
                "github-nightly.yml", "Jenkinsfile",
            ])
    }

    @Test func mistakesAreFound() {
        let commands = Self.commands(in: "- popcorn-lab tset x && popcorn-lab results last > f\n# popcorn-lab up\n")
        #expect(commands == [["tset", "x"], ["results", "last"]])
        #expect(throws: (any Error).self) { try PopcornLab.parseAsRoot(commands[0]) }
    }

    @Test func systemd() async throws {
        let scratch = try Scratch()
        let program = try builtProgram("popcorn-lab")
        let service = try Self.text("popcorn-lab-nightly.service").replacing(
            "/usr/local/bin/popcorn-lab", with: program)
        let files = [
            try scratch.write(service, to: "popcorn-lab-nightly.service"),
            try scratch.write(try Self.text("popcorn-lab-nightly.timer"), to: "popcorn-lab-nightly.timer"),
        ]
        #expect(try await Self.verify(files).isEmpty)
        // What is ignored is said on stderr only.
        let wrong = try scratch.write(
            service.replacing("SuccessExitStatus", with: "SuccesExitStatus"), to: "wrong.service")
        #expect(try await Self.verify([wrong]).contains("SuccesExitStatus"))
    }

    private static func verify(_ files: [String]) async throws -> String {
        let outcome = try await HostCommand("systemd-analyze", ["verify"] + files, package: "systemd").run()
        return outcome.ending.isSuccess ? outcome.errorText : "\(outcome.ending)\n\(outcome.errorText)"
    }

    private static func yaml(_ name: String) throws -> Node { try #require(try Yams.compose(yaml: try text(name))) }

    @Test func gitlab() throws {
        let file = try Self.yaml(".gitlab-ci.yml")
        let common = try #require(file[".popcorn-lab"])
        #expect(common["artifacts"]?["when"] == "always")
        #expect(common["artifacts"]?["reports"]?["junit"] == "junit.xml")
        #expect(common["allow_failure"]?["exit_codes"]?[0] == "5")
        let jobs = try #require(file.mapping).filter { $0.key != ".popcorn-lab" }
        #expect(jobs.count == 2)
        for (name, job) in jobs {
            #expect(job["extends"] == ".popcorn-lab", "\(name)")
            #expect(job["script"]?.sequence?.isEmpty == false && job["rules"]?[0]?["if"] != nil, "\(name)")
        }
        try Self.checkArtifacts(common["artifacts"]?["paths"]?.array().compactMap(\.string) ?? [], in: ".gitlab-ci.yml")
    }

    @Test func github() throws {
        let file = try Self.yaml("github-nightly.yml")
        #expect(file["on"]?["schedule"]?[0]?["cron"] == "30 1 * * *")
        let job = try #require(file["jobs"]?["nightly"])
        #expect(job["runs-on"]?.array().compactMap(\.string) == ["self-hosted", "popcorn-lab"])
        let steps = try #require(job["steps"]).array()
        for step in steps { #expect((step["run"] == nil) != (step["uses"] == nil)) }
        let test = try #require(steps.firstIndex { $0["name"] == "test" })
        // What tells of a failure comes after it, whatever became of it.
        for step in steps[(test + 1)...] { #expect(step["if"] == "always()") }
        let upload = try #require(steps.last?["with"])
        try Self.checkArtifacts(
            (upload["path"]?.string ?? "").split(separator: "\n").map(String.init), in: "github-nightly.yml")
    }

    /// Each artifact is written by a command of the same file.
    private static func checkArtifacts(_ names: [String], in file: String) throws {
        let words = Set(commands(in: try text(file)).flatMap { $0 })
        #expect(names.count == 3 && names.allSatisfy(words.contains), "\(file): \(names)")
    }

    /// The shell of GitHub's steps ends at the first command that fails; the exit codes must come through.
    @Test(arguments: [(0, 0), (1, 1), (2, 2), (3, 3), (5, 0)])
    func githubExitCodes(_ code: Int32, _ expected: Int32) async throws {
        let steps = try #require(try Self.yaml("github-nightly.yml")["jobs"]?["nightly"]?["steps"]).array()
        let script = try #require(steps.first { $0["name"] == "test" }?["run"]?.string)
        let scratch = try Scratch()
        try scratch.write("#!/bin/sh\nexit \(code)\n", to: "bin/popcorn-lab", mode: 0o755)
        var shell = HostCommand("bash", ["-e", "-c", script])
        shell.environment = ["PATH": scratch.file("bin") + ":/usr/bin:/bin"]
        #expect(try await shell.run().ending == .exited(expected))
    }
}
