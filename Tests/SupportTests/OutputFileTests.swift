import FoundationEssentials
import Support
import TestSupport
import Testing

/// Each test makes what it writes to: nothing below /dev is ever named as a file here.
@Suite struct OutputFileTests {
    let scratch: Scratch
    init() throws { scratch = try Scratch() }

    @Test("a regular file is replaced as a whole, with the permissions asked for less the umask")
    func regular() throws {
        try OutputFile.write(Array("old and long".utf8), to: scratch.file("f"))
        try OutputFile.write(Array("new".utf8), to: scratch.file("f"), mode: 0o700)
        #expect(scratch.text("f") == "new" && scratch.names() == ["f"])
        #expect(try mode("f") == S_IFREG | 0o700)
    }

    @Test("a file's name is that of its bytes, whatever they are")
    func oddName() throws {
        let scratch = try Scratch()
        let path = scratch.file(ByteText.text([0x66, 0xfc, 0xff]))
        for content in ["old", "new"] {
            try OutputFile.write(Array(content.utf8), to: path)
            #expect(try AtomicFile.read(path).map { Array($0) } == Array(content.utf8))
        }
        #expect(path.withBytes { unlink($0) } == 0)
    }

    @Test("without a commit the old content stays, and nothing lies beside it")
    func discarded() throws {
        try scratch.write("old", to: "f")
        do {
            let output = try OutputFile(scratch.file("f"))
            try output.write(Array("new".utf8))
        }
        #expect(scratch.text("f") == "old" && scratch.names() == ["f"])
    }

    @Test("a FIFO stays one, and its reader gets the bytes")
    func fifo() async throws {
        let path = scratch.file("fifo")
        try #require(mkfifo(path, 0o600) == 0)
        // Open for both, so that neither end waits for the other.
        let reader = open(path, O_RDWR | O_CLOEXEC)
        defer { close(reader) }
        try OutputFile.write(Array("through".utf8), to: path)
        var bytes = [UInt8](repeating: 0, count: 16)
        #expect(read(reader, &bytes, bytes.count) == 7 && bytes.starts(with: Array("through".utf8)))
        #expect(try mode("fifo") == S_IFIFO | 0o600 && scratch.names() == ["fifo"])
    }

    @Test("a device stays one", .enabled(if: getuid() == 0, "only root makes devices"))
    func device() throws {
        let null: dev_t = 1 << 8 | 3
        try #require(mknod(scratch.file("null"), S_IFCHR | 0o600, null) == 0)
        try OutputFile.write(Array("gone".utf8), to: scratch.file("null"))
        #expect(try mode("null") == S_IFCHR | 0o600 && scratch.names() == ["null"])
    }

    @Test(
        "what a symbolic link points to is written, whether it exists or not; the link stays", arguments: [true, false])
    func link(exists: Bool) throws {
        if exists {
            try scratch.write("old", to: "below/target")
        } else {
            try Directories.create(scratch.file("below"))
        }
        symlink("below/again", scratch.file("link"))
        symlink("target", scratch.file("below/again"))
        try OutputFile.write(Array("new".utf8), to: scratch.file("link"))
        #expect(scratch.text("below/target") == "new")
        #expect(scratch.names() == ["below", "link"] && scratch.names("below") == ["again", "target"])
        for name in ["link", "below/again"] { #expect(try mode(name) & S_IFMT == S_IFLNK) }
    }

    @Test("/dev/fd/N is the descriptor, whose file keeps what stands before")
    func descriptor() throws {
        let file = open(scratch.file("f"), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(file) }
        try AtomicFile.writeAll(Array("before ".utf8), to: file, name: "f")
        try OutputFile.write(Array("after".utf8), to: "/dev/fd/\(file)")
        #expect(scratch.text("f") == "before after" && scratch.names() == ["f"])
        #expect(throws: SystemError.self) { try OutputFile.write([1], to: "/dev/fd/999999") }
    }

    @Test("directories and links in a circle are refused with their name")
    func refused() throws {
        try Directories.create(scratch.file("directory"))
        symlink("circle", scratch.file("circle"))
        for name in ["directory", "circle", "none/f"] {
            let error = #expect(throws: SystemError.self) { try OutputFile.write([1], to: scratch.file(name)) }
            #expect(error?.summary.contains(name) == true)
        }
        #expect(scratch.names() == ["circle", "directory"])
    }

    private func mode(_ name: String) throws -> mode_t {
        var status = stat()
        try #require(lstat(scratch.file(name), &status) == 0)
        return status.st_mode
    }
}
