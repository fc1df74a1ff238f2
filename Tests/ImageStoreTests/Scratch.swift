import FoundationEssentials
import Support
import TestSupport

@testable import ImageStore

extension Scratch {
    /// Runs a program of the host; a missing one fails the test and names its package.
    @discardableResult
    func run(_ tool: String, _ arguments: [String], package: String) async throws -> String {
        try await HostTool(name: tool, package: package).run(arguments, in: path, purpose: "prepare the test")
    }

    /// A `.deb` with these files: `tree` is a directory below the scratch directory.
    func deb(tree: String, output: String, tarOptions: [String] = []) async throws -> String {
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
