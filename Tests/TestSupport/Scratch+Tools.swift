import FoundationEssentials
import Support

extension Scratch {
    /// Runs a program of the host, in the directory or one below it, and gives what it prints.
    ///
    /// - Throws: `HostCommandError` with what the program said, or with the package that has it.
    @discardableResult
    public func run(
        _ tool: String, _ arguments: [String], package: String, in folder: String? = nil,
        environment: [String: String?] = [:]
    ) async throws -> String {
        var command = HostCommand(tool, arguments, package: package)
        command.directory = folder ?? path
        command.environment = environment
        return try await command.check().text
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
