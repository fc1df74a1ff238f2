import Archives
import FoundationEssentials
import Support
import TestSupport
import Testing

@testable import ImageStore

@Suite struct ArchiveTests {
    private func read(_ bytes: [UInt8]) throws -> [(ArchiveEntry, [UInt8])] {
        let reader = try ArchiveReader(bytes: bytes, format: .cpio, name: "test")
        var result: [(ArchiveEntry, [UInt8])] = []
        while let entry = try reader.next() { result.append((entry, try reader.content())) }
        return result
    }

    @Test("an initramfs reads back as it was written")
    func roundTrip() throws {
        var archive = CpioArchive()
        archive.addFile("/etc/popcorn/nodes", mode: 0o600, text: "10.4.4.100\n")
        archive.addDirectory("/tmp", mode: 0o1777)
        archive.add("/bin", mode: 0o777, .symlink("usr/bin"))
        archive.add("/dev/console", mode: 0o600, .characterDevice(major: 5, minor: 1))
        archive.addFile("/empty", text: "")
        archive.addParents()
        let bytes = try archive.serialized()
        #expect(bytes.starts(with: "070701".utf8))
        let entries = try read(bytes)
        #expect(
            entries.map(\.0.path) == [
                "bin", "dev", "dev/console", "empty", "etc", "etc/popcorn", "etc/popcorn/nodes", "tmp",
            ])
        let byPath = Dictionary(uniqueKeysWithValues: entries.map { ($0.0.path, $0) })
        #expect(byPath["bin"]?.0.kind == .symlink("usr/bin"))
        #expect(byPath["tmp"]?.0.mode == 0o1777)
        #expect(byPath["tmp"]?.0.kind == .directory)
        #expect(byPath["etc/popcorn/nodes"]?.0.mode == 0o600)
        #expect(byPath["etc/popcorn/nodes"]?.1 == Array("10.4.4.100\n".utf8))
        #expect(byPath["empty"]?.1 == [])
        #expect(byPath["dev/console"]?.0.device.major == 5)
        #expect(byPath["dev/console"]?.0.device.minor == 1)
    }

    @Test("the same entries give the same bytes, padded so that another archive can follow")
    func reproducible() throws {
        var first = CpioArchive()
        first.addFile("/a", text: "x")
        first.addFile("/b", text: String(repeating: "y", count: 70_001))
        #expect(try first.serialized() == first.serialized())
        #expect(try first.serialized().count % 512 == 0)
    }

    @Test("a file that is added twice is there once, with the later content")
    func replaced() throws {
        var archive = CpioArchive()
        archive.addFile("/a", text: "old")
        archive.addFile("/b", text: "b")
        archive.addFile("/a", text: "new")
        #expect(archive.entries.map(\.path) == ["/a", "/b"])
        #expect(try read(archive.serialized()).first?.1 == Array("new".utf8))
    }

    @Test("a Debian package is read without being unpacked")
    func debPackage() async throws {
        let scratch = try Scratch()
        try scratch.write("#!/bin/sh\n", to: "tree/usr/bin/tool")
        chmod(scratch.path + "/tree/usr/bin/tool", 0o755)
        symlink("tool", scratch.path + "/tree/usr/bin/alias")
        let package = try await scratch.deb(tree: "tree", output: "a.deb")
        var found: [String: ArchiveEntry] = [:]
        var content: [UInt8] = []
        try DebPackageFile.forEachEntry(in: package) { path, entry, read in
            found[path] = entry
            if path == "/usr/bin/tool" { content = try read() }
        }
        #expect(found["/usr/bin/tool"]?.mode == 0o755)
        #expect(found["/usr/bin/alias"]?.kind == .symlink("tool"))
        #expect(content == Array("#!/bin/sh\n".utf8))
    }

    @Test("a package that names a path outside of the root is refused")
    func escapingPackage() async throws {
        let scratch = try Scratch()
        try scratch.write("x", to: "tree/evil")
        let package = try await scratch.deb(
            tree: "tree", output: "a.deb", tarOptions: ["-P", "--transform", "s,./evil,../../evil,"])
        #expect(throws: ImageError.self) { try DebPackageFile.forEachEntry(in: package) { _, _, _ in } }
    }

    @Test("a truncated package, and a file that is none, are errors that name the file")
    func damagedPackage() async throws {
        let scratch = try Scratch()
        try scratch.write((0..<200_000).map { _ in UInt8.random(in: 0...255) }, to: "tree/big")
        let package = try await scratch.deb(tree: "tree", output: "a.deb")
        let bytes = try #require(scratch.read("a.deb"))
        for damaged in [Array(bytes.prefix(bytes.count / 2)), Array("<html>".utf8), []] {
            try AtomicFile.write(damaged, to: package)
            let error = #expect(throws: ImageError.self) {
                try DebPackageFile.forEachEntry(in: package) { _, _, content in _ = try content() }
            }
            #expect(error?.code == .corrupt)
            #expect(error?.summary.contains(package) == true)
        }
    }
}
