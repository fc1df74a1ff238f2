import Logging
import Support
import TestSupport
import Testing

@testable import Lab
@testable import Regression

@Suite("Programs of a run")
struct ProgramShelfTests {
    private let scratch: Scratch
    private let shelf: ProgramShelf

    init() throws {
        scratch = try Scratch()
        // A compiler that only writes down how it is called, and refuses one file.
        try scratch.write(
            """
            #!/bin/sh
            printf '<%s>' "$@" >> "${0%/*}/calls"; echo >> "${0%/*}/calls"
            case "$*" in *broken*) echo "broken.c:1: error: no" >&2; exit 1;; esac
            """, to: "popcorn-cc", mode: 0o755)
        let environment = LabEnvironment(
            directories: Directories(
                cache: scratch.path + "/c", state: scratch.path + "/s", runtime: scratch.path + "/r"),
            share: Share(root: scratch.path), variables: [:], commandLine: [], uri: nil, log: Logger(label: "test"))
        shelf = ProgramShelf(
            environment: environment, executable: scratch.file("popcorn-lab"), directory: scratch.file("programs"))
    }

    @Test("sources are built once, into the run's own folder, whoever asks how often")
    func once() async throws {
        let program = SuiteProgram(name: "is", source: .sources(["/a b.c", "/c.c"], flags: ["-O3"]))
        async let first = shelf.path(of: program)
        async let second = shelf.path(of: program)
        let path = scratch.file("programs/is/is")
        #expect(try await [first, second] == [path, path])
        #expect(scratch.text("calls") == "<-O3></a b.c></c.c><-o><\(path)>\n")
    }

    @Test("a program that does not build says so to all of its cases, with the compiler's words")
    func broken() async throws {
        let program = SuiteProgram(name: "bad", source: .sources(["/broken.c"], flags: []))
        for _ in 0..<2 {
            let error = try await #require(throws: LabError.self) { try await shelf.path(of: program) }
            #expect(error.summary == "'bad' does not build")
            #expect(error.details.contains { $0.contains("broken.c:1: error: no") }, "\(error.details)")
        }
        #expect(scratch.text("calls")?.split(separator: "\n").count == 1)
    }

    @Test("a makefile gets the compiler, and gives the program in its folder")
    func make() async throws {
        try scratch.write("out/prog:\n\t@mkdir -p out; echo '$(CC)' > $@\n", to: "src/Makefile")
        let program = SuiteProgram(name: "m", source: .make(directory: scratch.file("src"), target: "out/prog"))
        #expect(try await shelf.path(of: program) == scratch.file("src/out/prog"))
        #expect(scratch.text("src/out/prog") == scratch.file("popcorn-cc") + "\n")
        let absent = SuiteProgram(name: "n", source: .make(directory: scratch.file("src"), target: "absent"))
        let error = try await #require(throws: LabError.self) { try await shelf.path(of: absent) }
        #expect(error.details.contains { $0.contains("No rule to make target") }, "\(error.details)")
    }

    @Test("a shipped program whose folder there is not")
    func shipped() async throws {
        let program = SuiteProgram(name: "x", source: .shipped(folder: "nowhere", name: "x"))
        let error = try await #require(throws: LabError.self) { try await shelf.path(of: program) }
        #expect(error.summary == "no folder 'nowhere' of programs ships with popcorn-lab")
    }

    @Test("a program that is built already is taken as it is")
    func binary() async throws {
        #expect(try await shelf.path(of: SuiteProgram(name: "b", source: .binary("/x/b"))) == "/x/b")
        #expect(scratch.text("calls") == nil)
    }
}
