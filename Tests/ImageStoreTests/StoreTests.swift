import Archives
import Debian
import FoundationEssentials
import Support
import Synchronization
import TestSupport
import Testing

@testable import ImageStore

private final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func increment() { count.withLock { $0 += 1 } }
}

/// From apt to an image and back, with a made-up Debian archive on this disk.
@Suite struct StoreTests {
    @Test("an image is built once, then found without work")
    func buildAndLookup() async throws {
        let archive = try await FakeArchive()
        #expect(try archive.store.lookup(recipe: archive.recipe(), isa: .x86_64) == nil)
        let image = try #require(try await archive.ensure())
        #expect(try archive.store.lookup(recipe: archive.recipe(), isa: .x86_64) == image)
        #expect(image.kernelVersion == "1.0")
        #expect(image.kernelFormat == .bzImage)
        #expect(image.record.packages.map(\.name) == ["hello", "linux-image-tiny", "shell", "unwanted"])
        #expect(image.record.initramfs.sha256 == (try SHA256.hex(ofFile: image.initramfs)))
        #expect(image.isIntact())

        let steps = Counter()
        let again = try await archive.store.ensure(recipe: archive.recipe(), isas: [.x86_64]) { _ in steps.increment() }
        #expect(again == [.x86_64: image])
        #expect(steps.value == 0)
    }

    @Test("the initramfs holds the chosen files and our programs, without documentation")
    func content() async throws {
        let archive = try await FakeArchive()
        let image = try #require(try await archive.ensure())
        let bytes = try #require(FileManager.default.contents(atPath: image.initramfs))
        let reader = try ArchiveReader(bytes: Array(bytes), format: .cpio, name: "initramfs")
        var paths: Set<String> = []
        while let entry = try reader.next() { paths.insert(entry.path) }
        #expect(paths.isSuperset(of: ["init", "bin", "usr/bin/hello", "dev/console", "etc/modules"]))
        #expect(!paths.contains { $0.contains("README") })
    }

    @Test("a changed source is built from the packages that are there, though the archive is gone")
    func sourceChange() async throws {
        let archive = try await FakeArchive()
        let first = try #require(try await archive.ensure())
        try FileManager.default.removeItem(atPath: archive.scratch.path + "/archive")
        try archive.scratch.write("int main(void) { return 1; }\n", to: "share/guest/init.c")
        let second = try #require(try await archive.ensure())
        #expect(second.id != first.id)
        #expect(second.record.packages == first.record.packages)
        #expect(archive.store.list().count == 2)
    }

    @Test("a refresh takes the newer kernel; the older image stays until it is pruned")
    func refresh() async throws {
        let archive = try await FakeArchive()
        let first = try #require(try await archive.ensure())
        try await archive.publish(kernelVersion: "1.1")
        #expect(try await archive.ensure() == first)
        let second = try #require(try await archive.ensure(refresh: true))
        #expect(second.kernelVersion == "1.1")
        #expect(try await archive.ensure() == second)
        #expect(first.isIntact())
        #expect(try await archive.store.prune(keeping: [first.id]) == [])
        #expect(try await archive.store.prune() == [first.id])
        #expect(archive.store.list() == [second])
        #expect(
            Set(archive.scratch.names("cache/downloads")) == Set(second.record.packages.map { $0.sha256 + ".deb" }))
    }

    @Test("a damaged image is noticed and built again", arguments: ["kernel", "initramfs", "image.json"])
    func damaged(file: String) async throws {
        let archive = try await FakeArchive()
        let image = try #require(try await archive.ensure())
        let path = "\(image.directory)/\(file)"
        var bytes = try #require(FileManager.default.contents(atPath: path))
        bytes[bytes.count / 2] ^= 1
        if file == "image.json" { bytes = bytes.prefix(bytes.count / 2) }
        try AtomicFile.write(bytes, to: path)
        #expect(try archive.store.lookup(recipe: archive.recipe(), isa: .x86_64) == nil)
        let rebuilt = try #require(try await archive.ensure())
        #expect(rebuilt.id == image.id)
        #expect(rebuilt.isIntact())
    }

    @Test("builds of one image at the same time build it once")
    func concurrent() async throws {
        let archive = try await FakeArchive()
        let builds = Counter()
        let images = try await withThrowingTaskGroup(of: GuestImage?.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await archive.store.ensure(recipe: archive.recipe(), isas: [.x86_64]) { progress in
                        if case .done = progress.step { builds.increment() }
                    }[.x86_64]
                }
            }
            return try await group.reduce(into: Set<String>()) { if let id = $1?.id { $0.insert(id) } }
        }
        #expect(images.count == 1)
        #expect(builds.value == 1)
    }

    @Test("a cancelled build leaves nothing half done")
    func cancelled() async throws {
        let archive = try await FakeArchive()
        let (steps, reached) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await archive.store.ensure(recipe: archive.recipe(), isas: [.x86_64]) { progress in
                if progress.step == .unpacking || progress.step == .compilingPrograms { reached.yield() }
            }
        }
        for await _ in steps { break }
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
        #expect(archive.scratch.names("cache/images/store") == [])
        #expect(archive.scratch.names("cache/images/tmp") == [])
    }

    @Test("what a killed build left is removed by the next, but not the directory of a build that runs")
    func abandoned() async throws {
        let archive = try await FakeArchive()
        let dead = try await archive.scratch.run("sh", ["-c", "echo $$"], package: "dash").filter(\.isNumber)
        try archive.scratch.write("half an image", to: "cache/images/tmp/\(dead)-1-7/image/kernel")
        let own = try WorkDirectory(in: archive.images + "/tmp")
        _ = try await archive.ensure()
        #expect(archive.scratch.names("cache/images/tmp").map { "\(archive.images)/tmp/\($0)" } == [own.path])
    }

    @Test("a package that Debian does not have is named")
    func missingPackage() async throws {
        let archive = try await FakeArchive()
        try archive.scratch.write("name: tiny\npackages: [linux-image-tiny, no-such-thing]\n", to: "share/tiny.yaml")
        let error = await #expect(throws: DebianError.self) { try await archive.ensure() }
        #expect(error?.summary.contains("no-such-thing") == true)
        #expect(error?.exitStatus == .unavailable)
    }

    @Test("an unreachable mirror is told with apt's own words")
    func unreachable() async throws {
        let port = try closedPort()
        let archive = try await FakeArchive(
            sources: "Types: deb\nURIs: http://127.0.0.1:\(port)/debian\nSuites: bookworm\nComponents: main\n")
        let error = await #expect(throws: ImageError.self) { try await archive.ensure() }
        #expect(error?.exitStatus == .unavailable)
        #expect(error?.description.contains("127.0.0.1") == true)
        #expect(archive.scratch.names("cache/images/tmp") == [])
    }

    @Test("a program that does not compile is told with the compiler's own words")
    func brokenProgram() async throws {
        let archive = try await FakeArchive()
        try archive.scratch.write("int main(void) { return undeclared_name; }\n", to: "share/guest/init.c")
        let error = await #expect(throws: ImageError.self) { try await archive.ensure() }
        #expect(error?.code == .compile)
        #expect(error?.description.contains("undeclared_name") == true)
        #expect(archive.scratch.names("cache/images/store") == [])
    }

    @Test("images are found by the beginning of their id and removed")
    func showAndRemove() async throws {
        let archive = try await FakeArchive()
        let image = try #require(try await archive.ensure())
        #expect(try archive.store.show(String(image.id.prefix(5))) == image)
        #expect(throws: ImageError.self) { try archive.store.show("") }
        #expect(throws: ImageError.self) { try archive.store.show("xyz") }
        try archive.store.remove(image.id)
        #expect(archive.store.list() == [])
        #expect(try archive.store.lookup(recipe: archive.recipe(), isa: .x86_64) == nil)
        #expect(throws: ImageError.self) { try archive.store.remove(image.id) }
    }

    @Test(
        "a full disk is told with the file that was being written",
        .enabled(if: geteuid() == 0, "mounting a small file system needs root"))
    func fullDisk() async throws {
        let archive = try await FakeArchive()
        try Directories.create(archive.images + "/tmp")
        let place = archive.images + "/tmp"
        try #require(mount("tmpfs", place, "tmpfs", 0, "size=64k") == 0, "mount: \(errorText(errno))")
        defer { umount2(place, Int32(MNT_DETACH)) }
        let work = try WorkDirectory(in: place)
        let error = #expect(throws: SystemError.self) {
            try work.write([UInt8](repeating: 1, count: 1 << 20), to: "image/kernel")
        }
        #expect(error?.errno == ENOSPC)
        #expect(error?.operation == "write \(work.path)/image/kernel")
        #expect(error?.exitStatus == .unavailable)
        let whole = await #expect(throws: (any Error).self) { try await archive.ensure() }
        let summary = (whole as? any ActionableError)?.summary ?? ""
        #expect(summary.contains(errorText(ENOSPC)), "\(summary)")
        #expect(archive.scratch.names("cache/images/store") == [])
    }

    /// A port of the loopback that nobody listens on: one that was ours a moment ago.
    private func closedPort() throws -> UInt16 {
        let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(handle) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(handle, $0, size) == 0 && getsockname(handle, $0, &size) == 0
            }
        }
        try #require(bound, "bind: \(errorText(errno))")
        return UInt16(bigEndian: address.sin_port)
    }
}
