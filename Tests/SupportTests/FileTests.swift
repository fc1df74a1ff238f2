import Support
import TestSupport
import Testing

struct FileTests {
    @Test("an atomic write replaces the whole file and leaves nothing beside it")
    func atomicWrite() throws {
        let scratch = try Scratch()
        try AtomicFile.write("old and long", to: scratch.path + "/f")
        try AtomicFile.write("new", to: scratch.path + "/f", mode: 0o600)
        #expect(scratch.text("f") == "new")
        #expect(scratch.names() == ["f"])
        var status = stat()
        #expect(stat(scratch.path + "/f", &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test("a file's name is that of its bytes, whatever they are")
    func oddName() throws {
        let scratch = try Scratch()
        let path = scratch.file(ByteText.text([0x66, 0xfc, 0xff]))
        try AtomicFile.write("new", to: path)
        try AtomicFile.append(Array("er".utf8), to: path)
        #expect(try AtomicFile.read(path).map { Array($0) } == Array("newer".utf8))
        #expect(try SHA256.hex(ofFile: path) == SHA256.hex(of: Array("newer".utf8)))
        #expect(path.withBytes { unlink($0) } == 0)
    }

    @Test("a file that cannot be read is an error with the reason; only one that is absent is nothing")
    func unreadable() throws {
        let scratch = try Scratch()
        #expect(try AtomicFile.read(scratch.file("absent")) == nil)
        let absent = #expect(throws: SystemError.self) { try AtomicFile.contents(of: scratch.file("absent")) }
        #expect(absent?.errno == ENOENT)
        for read in [{ _ = try AtomicFile.read($0) }, { _ = try AtomicFile.contents(of: $0) }]
            as [(String) throws -> Void]
        {
            let directory = #expect(throws: SystemError.self) { try read(scratch.path) }
            #expect(directory?.errno == EISDIR)
        }
    }

    @Test("a write that fails says why, and keeps the old file")
    func atomicWriteFails() throws {
        let scratch = try Scratch()
        try Directories.create(scratch.path + "/occupied/inside")
        let error = #expect(throws: SystemError.self) { try AtomicFile.write("x", to: scratch.path + "/occupied") }
        #expect(error?.summary.contains("/occupied") == true)
        #expect(scratch.names() == ["occupied"])
    }

    @Test("a full disk is told as such, with exit code 69")
    func fullDisk() throws {
        let descriptor = open("/dev/full", O_WRONLY)
        defer { close(descriptor) }
        let error = #expect(throws: SystemError.self) {
            try AtomicFile.writeAll([1, 2, 3], to: descriptor, name: "it")
        }
        #expect(error?.errno == ENOSPC && error?.exitStatus == .unavailable && error?.hint != nil)
    }

    @Test("XDG variables are followed, empty ones are not, and all defaults lie below HOME or a private directory")
    func directories() {
        let own = Directories(environment: [
            "XDG_CACHE_HOME": "/c", "XDG_STATE_HOME": "/s", "XDG_RUNTIME_DIR": "/r", "XDG_CONFIG_HOME": "/f",
        ])
        #expect(
            own
                == Directories(
                    cache: "/c/popcorn-lab", state: "/s/popcorn-lab", runtime: "/r/popcorn-lab/\(own.mark)",
                    configuration: "/f/popcorn-lab"))
        let other = Directories(environment: ["XDG_STATE_HOME": "/t", "XDG_RUNTIME_DIR": "/r"])
        #expect(other.runtime != own.runtime, "labs of one name in two state directories must not share sockets")
        let usual = Directories(environment: ["HOME": "/home/u", "XDG_CACHE_HOME": ""])
        #expect(usual.cache == "/home/u/.cache/popcorn-lab")
        #expect(usual.state == "/home/u/.local/state/popcorn-lab")
        #expect(usual.interfaces == "/home/u/.config/popcorn-lab/interfaces")
    }

    @Test("without a HOME that is a place, the account's own is taken", arguments: [nil, "", "relative", "~"])
    func noHome(home: String?) throws {
        let account = String(cString: try #require(getpwuid(getuid())?.pointee.pw_dir))
        var environment = ["XDG_STATE_HOME": "state", "XDG_RUNTIME_DIR": "./r"]
        environment["HOME"] = home
        let directories = Directories(environment: environment)
        #expect(directories.cache == account + "/.cache/popcorn-lab")
        #expect(directories.state == account + "/.local/state/popcorn-lab", "a relative path does not count")
        #expect(directories.runtime.hasPrefix("/"))
    }

    @Test("a digest of pieces is that of the whole, and of a file with that content")
    func digests() throws {
        let scratch = try Scratch()
        // The test vector of FIPS 180-2, B.1.
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        let hash = SHA256()
        hash.update(Array("a".utf8))
        hash.update(Array("bc".utf8))
        #expect(hash.finish() == known)
        try AtomicFile.write("abc", to: scratch.path + "/f")
        #expect(try SHA256.hex(ofFile: scratch.path + "/f") == known)
        #expect(throws: SystemError.self) { try SHA256.hex(ofFile: scratch.path + "/none") }
    }
}
