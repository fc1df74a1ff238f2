import FoundationEssentials
import Support
import Synchronization
import TestSupport
import Testing

@testable import Guest

extension GuestAccess {
    @Suite("files of a guest")
    struct FileTests {
        private let limit = Duration.seconds(60)

        @Test("a tree goes there and back with modes, links and odd names", arguments: TestServer.Kind.allCases)
        func roundTrip(kind: TestServer.Kind) async throws {
            let server = try TestServer(kind)
            let session = try await server.connect()
            let here = try Scratch()
            let there = try Scratch()
            try makeTree(here, "tree")

            let reports = Mutex<[TransferProgress]>([])
            try await session.upload(
                here.file("tree"), to: there.file("copy"),
                progress: { report in reports.withLock { $0.append(report) } }, deadline: .now + limit)
            try await session.download(there.file("copy"), to: here.file("back"), deadline: .now + limit)
            let original = try listing(here.file("tree"))
            #expect(try listing(there.file("copy")) == original)
            #expect(try listing(here.file("back")) == original)
            #expect(original.count == 10)
            let last = try #require(reports.withLock { $0.last })
            #expect(last.bytes == last.totalBytes && last.totalBytes > 3_000_000)
            await session.close()
        }

        @Test("an upload replaces files, fills directories and leaves others alone")
        func uploadOver() async throws {
            let server = try TestServer(.openSSH)
            let session = try await server.connect()
            let here = try Scratch()
            let there = try Scratch()
            try makeTree(here, "tree")
            try Directories.create(there.file("tree"))
            try there.write("old", to: "tree/empty", mode: 0o600)
            try there.write("kept", to: "tree/kept")
            for _ in 0..<2 {
                try await session.upload(here.file("tree"), to: there.file("tree"), deadline: .now + limit)
            }
            #expect(try listing(there.file("tree")).count == listing(here.file("tree")).count + 1)
            #expect(FileManager.default.contents(atPath: there.file("tree/kept")) == Data("kept".utf8))
            #expect(FileManager.default.contents(atPath: there.file("tree/empty")) == Data())
        }

        @Test("a large file keeps its content")
        func largeFile() async throws {
            let server = try TestServer(.openSSH)
            let session = try await server.connect()
            let here = try Scratch()
            let bytes = pattern(40_000_003)
            try here.write(bytes, to: "large", mode: 0o640)
            try await session.upload(here.file("large"), to: here.file("there"), deadline: .now + limit)
            try await session.download(here.file("there"), to: here.file("back"), deadline: .now + limit)
            #expect(try SHA256.hex(ofFile: here.file("there")) == SHA256.hex(of: bytes))
            #expect(try SHA256.hex(ofFile: here.file("back")) == SHA256.hex(of: bytes))
            #expect(try mode(here.file("back")) == 0o640)
        }

        @Test("a full disk in the guest fails the upload and leaves no part of it", .enabled(if: getuid() == 0))
        func fullDisk() async throws {
            let here = try Scratch()
            try Directories.create(here.file("small"))
            try await HostCommand("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", here.file("small")]).check()
            defer { umount(here.file("small")) }
            let server = try TestServer(.openSSH)
            let session = try await server.connect()
            try here.write(pattern(3 << 20), to: "large")
            let error = await #expect(throws: GuestError.self) {
                try await session.upload(here.file("large"), to: here.file("small/file"), deadline: .now + limit)
            }
            #expect(error?.code == .transferFailed)
            #expect(error?.summary.contains("x86: cannot write \(here.file("small/file"))") == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: here.file("small")).isEmpty)
            #expect(try await session.exec("echo on", deadline: .now + .seconds(10)).text == "on")
        }

        @Test("what cannot be written or read is named with its node")
        func refusals() async throws {
            let server = try TestServer(.openSSH)
            let session = try await server.connect()
            let here = try Scratch()
            try here.write("x", to: "file")
            let deadline = ContinuousClock.now + limit

            let noDirectory = await #expect(throws: GuestError.self) {
                try await session.upload(here.file("file"), to: "/proc/nowhere/file", deadline: deadline)
            }
            #expect(noDirectory?.code == .noSuchFile && noDirectory?.node == "x86")
            let refused = await #expect(throws: GuestError.self) {
                try await session.upload(here.file("file"), to: "/sys/kernel/file", deadline: deadline)
            }
            #expect(refused?.code == .transferFailed && refused?.summary.contains("Permission denied") == true)
            let missing = await #expect(throws: GuestError.self) {
                try await session.download(here.file("nothing"), to: here.file("x"), deadline: deadline)
            }
            #expect(missing?.code == .noSuchFile)
            let noLocal = await #expect(throws: GuestError.self) {
                try await session.upload(here.file("nothing"), to: here.file("x"), deadline: deadline)
            }
            #expect(noLocal?.code == .noSuchFile && noLocal?.summary.contains("on this host") == true)
            mkfifo(here.file("pipe"), 0o600)
            let pipe = await #expect(throws: GuestError.self) {
                try await session.upload(here.file("pipe"), to: here.file("x"), deadline: deadline)
            }
            #expect(pipe?.summary.contains("device, socket or pipe") == true)
            let noLocalDirectory = await #expect(throws: GuestError.self) {
                try await session.download(here.file("file"), to: here.file("no/x"), deadline: deadline)
            }
            #expect(noLocalDirectory?.code == .noSuchFile)
            #expect(try FileManager.default.contentsOfDirectory(atPath: here.path).sorted() == ["file", "pipe"])
        }

        @Test("directories are made, looked at, listed and removed")
        func directories() async throws {
            let server = try TestServer(.dropbear)
            let session = try await server.connect()
            let there = try Scratch()
            let deadline = ContinuousClock.now + limit
            try await session.makeDirectories(there.file("a/b/c"), deadline: deadline)
            try await session.makeDirectories(there.file("a/b/c"), deadline: deadline)
            try await session.write(
                Array("hello".utf8), to: there.file("a/b/file"), permissions: 0o751, deadline: deadline)
            let file = try await session.status(of: there.file("a/b/file"), deadline: deadline)
            #expect(file?.kind == .regular && file?.permissions == 0o751 && file?.size == 5)
            #expect(try await session.status(of: there.file("a"), deadline: deadline)?.kind == .directory)
            #expect(try await session.status(of: there.file("none"), deadline: deadline) == nil)
            #expect(try await session.list(there.file("a/b"), deadline: deadline).map(\.name) == ["c", "file"])
            try await session.remove(there.file("a"), deadline: deadline)
            try await session.remove(there.file("a"), deadline: deadline)
            #expect(try await session.status(of: there.file("a"), deadline: deadline) == nil)
            await #expect(throws: GuestError.self) {
                try await session.makeDirectories("/proc/version/x", deadline: deadline)
            }
        }

        @Test("a file of /proc, which has no size, is read whole")
        func procFiles() async throws {
            let server = try TestServer(.openSSH)
            let session = try await server.connect()
            let here = try Scratch()
            let expected = try wholeFile("/proc/kallsyms")
            let bytes = try await session.read("/proc/kallsyms", limit: 64 << 20, deadline: .now + limit)
            #expect(bytes.count == expected.count && bytes.count > 100_000)
            try await session.download("/proc/kallsyms", to: here.file("copy"), deadline: .now + limit)
            #expect(try wholeFile(here.file("copy")).count == expected.count)
            let error = await #expect(throws: GuestError.self) {
                try await session.read("/proc/kallsyms", limit: 1000, deadline: .now + limit)
            }
            #expect(error?.code == .transferFailed)
        }

        @Test("a cancelled upload leaves nothing and the session goes on")
        func cancelledUpload() async throws {
            let server = try TestServer(.openSSH)
            let session = try await server.connect()
            let here = try Scratch()
            try Directories.create(here.file("there"))
            try here.write(pattern(64 << 20), to: "large")
            let (moves, continuation) = AsyncStream.makeStream(of: TransferProgress.self)
            let upload = Task {
                try await session.upload(
                    here.file("large"), to: here.file("there/large"), progress: { continuation.yield($0) },
                    deadline: nil)
            }
            for await move in moves where move.bytes > 8 << 20 { break }
            upload.cancel()
            await #expect(throws: CancellationError.self) { try await upload.value }
            // The removal was sent before this request, and SFTP's answers to one file come in order.
            #expect(try await session.list(here.file("there"), deadline: .now + limit).isEmpty)
        }

        @Test("a guest without an SFTP server says so")
        func noServer() async throws {
            let server = try TestServer(
                .openSSH, extraConfiguration: "Subsystem other /bin/true", withFileServer: false)
            let session = try await server.connect()
            let error = await #expect(throws: GuestError.self) {
                try await session.read("/etc/passwd", deadline: .now + .seconds(10))
            }
            #expect(error?.code == .transferFailed)
            #expect(error?.hint?.contains("sftp-server") == true)
            #expect(try await session.exec("echo on", deadline: .now + .seconds(10)).text == "on")
        }

        private func makeTree(_ directory: Scratch, _ name: String) throws {
            try Directories.create(directory.file("\(name)/sub dir/deep"))
            try directory.write(pattern(3_000_001), to: "\(name)/big", mode: 0o4755)
            try directory.write("", to: "\(name)/empty", mode: 0o600)
            try directory.write("x", to: "\(name)/it's \"quoted\" $HOME `x` \\", mode: 0o644)
            try directory.write("ü", to: "\(name)/sub dir/größe 大 🚀", mode: 0o400)
            try directory.write("-", to: "\(name)/sub dir/-rf", mode: 0o644)
            symlink("big", directory.file("\(name)/link"))
            symlink("/no/such/place", directory.file("\(name)/dangling"))
            chmod(directory.file("\(name)/sub dir/deep"), 0o555)
            chmod(directory.file("\(name)/sub dir"), 0o711)
        }
    }
}

/// Every file below `root` with its type, mode and content or target.
func listing(_ root: String) throws -> [String] {
    try LocalTree(root).items.map { item in
        let path = item.path(under: root)
        let content = item.file.kind == .regular ? try SHA256.hex(ofFile: path) : item.link ?? ""
        let permissions = item.file.kind == .symbolicLink ? 0 : item.file.permissions
        return "\(item.relativePath) \(item.file.kind) \(String(permissions, radix: 8)) \(content)"
    }.sorted()
}

func mode(_ path: String) throws -> UInt32 {
    var status = stat()
    guard lstat(path, &status) == 0 else { throw SystemError("look at \(path)") }
    return status.st_mode & 0o7777
}

/// A file read to its end; `FileManager` trusts the size of 0 that files of /proc claim.
func wholeFile(_ path: String) throws -> [UInt8] {
    guard let bytes = try AtomicFile.read(path) else { throw SystemError("open \(path)", errno: ENOENT) }
    return Array(bytes)
}

/// Bytes without a short period, so that a lost or doubled piece shows.
func pattern(_ count: Int) -> [UInt8] {
    // The words of a linear congruential generator: its lowest 16 bits repeat only after 128 KiB, the others later.
    [UInt8](unsafeUninitializedCapacity: count + 8) { space, initialized in
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        var offset = 0
        let bytes = UnsafeMutableRawBufferPointer(space)
        while offset < count {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes.storeBytes(of: state, toByteOffset: offset, as: UInt64.self)
            offset += 8
        }
        initialized = count
    }
}
