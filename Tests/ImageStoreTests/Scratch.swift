import FoundationEssentials
import Support

@testable import ImageStore

/// A directory that is gone after the test.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = "/tmp/imagestore-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try Directories.create(path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ text: String, _ name: String) throws -> String { try write(Array(text.utf8), name) }

    @discardableResult
    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        let file = "\(path)/\(name)"
        if let slash = file.lastIndex(of: "/") { try Directories.create(String(file[..<slash])) }
        try AtomicFile.write(bytes, to: file)
        return file
    }

    func read(_ name: String) -> [UInt8]? { FileManager.default.contents(atPath: "\(path)/\(name)").map { Array($0) } }

    func names(_ directory: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(directory)")) ?? []).sorted()
    }

    /// Runs a program of the host; a missing one fails the test and names its package.
    @discardableResult
    func run(_ tool: String, _ arguments: [String], package: String) async throws -> String {
        try await HostTool(name: tool, package: package).run(arguments, in: path, purpose: "prepare the test")
    }

    /// A `.deb` with these files: `tree` is a directory below the scratch directory.
    func deb(tree: String, output: String, tarOptions: [String] = []) async throws -> String {
        try write("2.0\n", "deb/debian-binary")
        try await run("tar", tarOptions + ["-cJf", "deb/data.tar.xz", "-C", tree, "."], package: "tar")
        try await run("tar", ["-czf", "deb/control.tar.gz", "-C", "deb", "debian-binary"], package: "tar")
        try? FileManager.default.removeItem(atPath: "\(path)/\(output)")
        if let slash = output.lastIndex(of: "/") { try Directories.create("\(path)/\(output[..<slash])") }
        try await run(
            "ar", ["rc", output, "deb/debian-binary", "deb/control.tar.gz", "deb/data.tar.xz"], package: "binutils")
        return "\(path)/\(output)"
    }
}
