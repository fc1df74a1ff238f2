import FoundationEssentials
import Support
import Testing

/// What tests the kernel's side of migration: programs of `Compiled/`, and in `Images/kernel/test/migrate` a script and
/// programs that speak to `/dev/popcorn` themselves.
enum MigrationPrograms {
    /// Where they are in guests.
    static let directory = "/tmp/migrate"
    private static let compiled = ["hop", "ends"]
    private static let names = compiled + ["edges", "stand_ins"]
    private static let root = String(#filePath.dropLast("Tests/EndToEndTests/MigrationPrograms.swift".count))
    private static let source = root + "Images/kernel/test/migrate"

    /// Builds them for both ISAs.
    ///
    /// - Returns: their directory on this host.
    static func build(_ lab: Lab) async throws -> String {
        let output = lab.workplace.file("migrate")
        try await lab.host("make", "-s", "-C", source, "OUT=\(output)", limit: .seconds(120))
        for name in compiled where access("\(output)/\(name)", X_OK) != 0 {
            // The first ever compiles the runtime.
            try await lab(
                "build", "\(root)Tests/EndToEndTests/Compiled/\(name).c", "-o", "\(output)/\(name)", "--", "-O2",
                "-Wall", limit: .seconds(120))
        }
        return output
    }

    /// Brings them to all nodes of a lab, below ``directory``, unless they are there: a guest that boots has none.
    static func deploy(_ lab: Lab) async throws {
        let present = try await lab("exec", "--all", "cd \(directory) 2>/dev/null && ls; true").lines
        let nodes = try await lab.status().nodes
        let missing = nodes.contains { node in
            !names.allSatisfy { present.contains("\(node.name): \($0)") }
        }
        guard missing else { return }
        let output = try await build(lab)
        for name in names { try await lab("deploy", "--to", directory, "\(output)/\(name)") }
    }

    /// Runs all tests of `suite.sh` with processes of one node, and demands that they leave nothing behind on any.
    static func runSuite(_ lab: Lab, on node: String) async throws {
        try await deploy(lab)
        try await lab("cp", source + "/suite.sh", "\(node):\(directory)/")
        let result = try await lab(
            "exec", node, "sh \(directory)/suite.sh \(directory) 1", limit: .seconds(300))
        #expect(result.lines.last == "0 failed", "\(result)")
        #expect(result.lines.count { $0.hasPrefix("ok ") } == 22)
        try await lab.expectNothingLeft()
    }
}
