import FoundationEssentials
import Lab
import Support

/// Commits of a git repository, and what their trees hold.
package struct SourceHistory: Sendable {
    /// A commit.
    package struct Commit: Codable, Sendable, Hashable {
        /// In full.
        package var id: String
        /// Its first line.
        package var subject: String
        /// Who wrote it, and when: `Ada <ada@example.org>, 2026-11-30`.
        package var origin: String

        /// For one line: `3f2a9c1 Reuse pages`.
        package var line: String { "\(id.prefix(12)) \(subject)" }
    }

    /// The top of the work tree.
    package let root: String
    private let cache: String

    /// The repository that a path is in.
    ///
    /// - Parameter cache: where trees of commits are put.
    /// - Throws: `RegressionError` if it is in none.
    package init(of path: String, cache: String) async throws {
        self.cache = cache
        do {
            root = try await Self.git(at: path, ["rev-parse", "--show-toplevel"])
        } catch {
            throw RegressionError(
                .badArgument, "'\(path)' is in no git repository", details: error.evidence,
                hint: "name directories or files instead of commits")
        }
    }

    /// The commit that a name stands for.
    ///
    /// - Throws: `RegressionError` if it stands for none.
    package func commit(_ name: String) async throws -> Commit {
        do {
            return try await describe(
                try await Self.git(at: root, ["rev-parse", "--verify", "--end-of-options", "\(name)^{commit}"]))
        } catch {
            throw RegressionError(.badArgument, "'\(name)' is no commit of \(root)", details: error.evidence)
        }
    }

    /// The commits after `good` up to `bad`, the oldest first.
    ///
    /// - Throws: `RegressionError` if `good` is no ancestor of `bad`.
    package func commits(after good: Commit, to bad: Commit) async throws -> [Commit] {
        let text = try await Self.git(
            at: root,
            ["log", "--reverse", "--ancestry-path", "--format=%H%x00%s%x00%an <%ae>, %as", "\(good.id)..\(bad.id)"])
        let commits = text.split(separator: "\n").compactMap { Self.commit(line: $0) }
        guard !commits.isEmpty else {
            throw RegressionError(.badArgument, "\(good.line) is no ancestor of \(bad.line)")
        }
        return commits
    }

    /// The files of a commit in a directory of their own, which stays for later.
    package func tree(of commit: Commit) async throws -> String {
        let path = "\(cache)/trees/\(commit.id)"
        if access(path, F_OK) == 0 { return path }
        let temporary = "\(path).new-\(getpid())"
        try? FileManager.default.removeItem(atPath: temporary)
        try Directories.create(temporary)
        defer { try? FileManager.default.removeItem(atPath: temporary) }
        let archive = temporary + ".tar"
        defer { archive.withBytes { _ = unlink($0) } }
        _ = try await Self.git(at: root, ["archive", "--format=tar", "-o", archive, commit.id])
        try await HostCommand("tar", ["-xf", archive, "-C", temporary], package: "tar").check()
        // Somebody else may have been as quick.
        if temporary.withBytes({ old in path.withBytes { rename(old, $0) } }) != 0, access(path, F_OK) != 0 {
            throw SystemError("rename \(temporary) to \(path)")
        }
        return path
    }

    private func describe(_ id: String) async throws -> Commit {
        let text = try await Self.git(at: root, ["log", "-1", "--format=%H%x00%s%x00%an <%ae>, %as", id])
        guard let commit = Self.commit(line: text[...]) else {
            throw RegressionError(.badArgument, "git says nothing of \(id)")
        }
        return commit
    }

    private static func commit(line: Substring) -> Commit? {
        let parts = line.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
        return parts.count == 3 ? Commit(id: parts[0], subject: parts[1], origin: parts[2]) : nil
    }

    /// What git prints, without its last line's end.
    private static func git(at path: String, _ words: [String]) async throws -> String {
        let isFolder = (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil
        let directory = isFolder ? path : AbsolutePath.parent(of: path)
        let text = try await HostCommand("git", ["-C", directory] + words, package: "git").check().text
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
