import FoundationEssentials
import Subprocess
import Support
import SystemPackage

/// Why a program that a test needs did not do its work.
public struct ToolFailure: Error, CustomStringConvertible {
    public let description: String
}

extension Scratch {
    /// Runs a program of the host, in the directory or one below it, and gives what it prints.
    ///
    /// - Throws: `ToolFailure` with what the program said, or with the package that has it.
    @discardableResult
    public func run(
        _ tool: String, _ arguments: [String], package: String, in folder: String? = nil,
        environment: [String: String] = [:]
    ) async throws -> String {
        var changes: [Environment.Key: String?] = [:]
        for (key, value) in environment { changes[Environment.Key(stringLiteral: key)] = value }
        guard let program = try? await Executable.name(tool).resolveExecutablePath(in: .inherit) else {
            throw ToolFailure(description: "this host has no \(tool): install the package \(package)")
        }
        let result = try await Subprocess.run(
            .path(program), arguments: Arguments(arguments), environment: .inherit.updating(changes),
            workingDirectory: FilePath(folder ?? path), output: .string(limit: 1 << 24), error: .string(limit: 1 << 24))
        guard result.terminationStatus.isSuccess else {
            throw ToolFailure(description: "\(tool) \(arguments) failed: \(result.standardError)")
        }
        return result.standardOutput
    }

    /// A `.deb` with these files: `tree` is a directory below the scratch directory.
    public func deb(tree: String, output: String, tarOptions: [String] = []) async throws -> String {
        try write("2.0\n", to: "deb/debian-binary")
        try await run("tar", tarOptions + ["-cJf", "deb/data.tar.xz", "-C", tree, "."], package: "tar")
        try await run("tar", ["-czf", "deb/control.tar.gz", "-C", "deb", "debian-binary"], package: "tar")
        try? FileManager.default.removeItem(atPath: "\(path)/\(output)")
        if let slash = output.lastIndex(of: "/") { try Directories.create("\(path)/\(output[..<slash])") }
        try await run(
            "ar", ["rc", output, "deb/debian-binary", "deb/control.tar.gz", "deb/data.tar.xz"], package: "binutils")
        return "\(path)/\(output)"
    }
}
