import FoundationEssentials
import Support
import TestSupport
import Testing

@testable import Regression

@Suite("Commits of a repository")
struct SourceHistoryTests {
    private let scratch: Scratch
    private let root: String

    init() async throws {
        scratch = try Scratch()
        root = scratch.file("a repository")
        try Directories.create(root)
        try await git("init", "-q", "-b", "main")
        for number in 1...3 {
            try AtomicFile.write("version \(number)\n", to: root + "/file")
            try await git("add", "file")
            try await git("commit", "-q", "-m", "Change \(number)")
        }
    }

    @discardableResult
    private func git(_ words: String...) async throws -> String {
        var command = HostCommand("git", ["-C", root] + words, package: "git")
        for name in ["AUTHOR", "COMMITTER"] {
            command.environment["GIT_\(name)_NAME"] = "Ada"
            command.environment["GIT_\(name)_EMAIL"] = "ada@example.org"
        }
        return try await command.check().text
    }

    private func history() async throws -> SourceHistory {
        try await SourceHistory(of: root + "/file", cache: scratch.file("cache"))
    }

    @Test("names become commits, a range the commits in it, the oldest first")
    func range() async throws {
        let history = try await history()
        let (first, last) = (try await history.commit("HEAD~2"), try await history.commit("main"))
        #expect(first.subject == "Change 1")
        #expect(first.origin.hasPrefix("Ada <ada@example.org>, "))
        #expect(try await history.commits(after: first, to: last).map(\.subject) == ["Change 2", "Change 3"])
    }

    @Test("a commit's files are those of then, and the work tree stays as it is")
    func tree() async throws {
        let history = try await history()
        try AtomicFile.write("not committed\n", to: root + "/file")
        let commit = try await history.commit("HEAD~1")
        for _ in 0..<2 {
            let tree = try await history.tree(of: commit)
            #expect(try AtomicFile.contents(of: tree + "/file") == Data("version 2\n".utf8))
        }
        #expect(try AtomicFile.contents(of: root + "/file") == Data("not committed\n".utf8))
        let left = try FileManager.default.contentsOfDirectory(atPath: scratch.file("cache") + "/trees")
        #expect(left == [commit.id])
    }

    @Test("what is no commit, no ancestor, or in no repository is told")
    func errors() async throws {
        let history = try await history()
        for name in ["absent", "--all", "", "HEAD:file"] {
            let error = await #expect(throws: RegressionError.self) { try await history.commit(name) }
            #expect(error?.summary == "'\(name)' is no commit of \(history.root)")
        }
        let (first, last) = (try await history.commit("HEAD~1"), try await history.commit("HEAD"))
        let turned = await #expect(throws: RegressionError.self) { try await history.commits(after: last, to: first) }
        #expect(turned?.summary.contains("is no ancestor of") == true)
        let outside = await #expect(throws: RegressionError.self) {
            try await SourceHistory(of: "/proc", cache: scratch.path)
        }
        #expect(outside?.summary == "'/proc' is in no git repository")
    }
}
