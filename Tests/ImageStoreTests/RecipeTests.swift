import FoundationEssentials
import ISA
import Support
import Testing
import UserInput

@testable import ImageStore

@Suite struct RecipeTests {
    private func parse(_ text: String) throws -> ImageRecipe { try ImageRecipe(yaml: text, file: "r.yaml") }

    private func failure(_ text: String) -> InputError? {
        #expect(throws: InputError.self) { try parse(text) }
    }

    private let head = "name: a\npackages: [b]\n"

    @Test("the recipe that ships is valid and asks for a kernel of each ISA")
    func shippedRecipe() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let text = try #require(FileManager.default.contents(atPath: "/\(root)/Images/embedded.yaml"))
        let recipe = try parse(String(decoding: text, as: UTF8.self))
        for isa in ISA.allCases {
            #expect(recipe.packages[isa].contains("linux-image-cloud-\(isa.debianArchitecture)"))
            #expect(recipe.packages[isa].contains("dropbear-bin"))
        }
        #expect(recipe.overlay.first { $0.path == "/tmp" }?.mode == 0o1777)
    }

    @Test("every key of a recipe is read")
    func allKeys() throws {
        let recipe = try parse(
            """
            name: full
            packages: {all: [a], aarch64: [b]}
            without: ["c*"]
            files: [/bin/x]
            busybox: /bin/busybox
            modules: [m]
            kernel: kernel
            programs:
              - {source: [g/a.c, g/b.c], path: /init, include: [kernel/include]}
            overlay:
              - {path: /etc/x, mode: 0600, text: hello}
              - {path: /etc/y, source: files/y}
              - {path: /var, directory: true}
              - {path: /z, link: /etc/x}
            """)
        #expect(recipe.packages[.aarch64] == ["a", "b"])
        #expect(recipe.packages[.x86_64] == ["a"])
        #expect(recipe.programs == [.init(source: ["g/a.c", "g/b.c"], path: "/init", include: ["kernel/include"])])
        #expect(
            recipe.overlay == [
                .init(path: "/etc/x", mode: 0o600, content: .text("hello")),
                .init(path: "/etc/y", mode: 0o644, content: .source("files/y")),
                .init(path: "/var", mode: 0o755, content: .directory),
                .init(path: "/z", mode: 0o644, content: .link("/etc/x")),
            ])
    }

    @Test("an unknown key is named with its line and the key that was probably meant")
    func unknownKey() throws {
        let error = try #require(failure("name: a\npackages: [b]\nmodule: [x]\n"))
        #expect(
            error.diagnostics.map(\.description) == [
                "r.yaml:3:1: error: unknown key 'module' in a recipe; did you mean 'modules'?\nmodule: [x]\n^"
            ])
        #expect(error.exitStatus == .usage)
        let isa = try #require(failure("name: a\npackages:\n  x86_64: [b]\n"))
        #expect(isa.diagnostics.map(\.position.line) == [3])
        #expect(isa.summary.contains("did you mean 'x86-64'?"))
    }

    @Test("all errors of a recipe are told at once")
    func several() throws {
        let error = try #require(failure("name: a/b\npackages: [b, --help]\nkernel: /etc\nmodule: [x]\n"))
        #expect(error.diagnostics.map(\.position.line) == [1, 2, 3, 4])
    }

    @Test(
        "a recipe that cannot be built is refused with the line",
        arguments: [
            ("", "empty"), ("name: a\n", "lacks the key 'packages'"), ("- a\n", "keys to values"),
            ("name: a\npackages: b\n", "r.yaml:2"), ("name: a/b\npackages: [c]\n", "letters"),
            ("name: a\npackages: [--help]\n", "not the name of a Debian"), ("name: [\n", "r.yaml"),
        ])
    func invalid(text: String, expected: String) throws {
        #expect(try #require(failure(text)).summary.contains(expected))
    }

    @Test(
        "a wrong value is refused with its line",
        arguments: [
            ("kernel: ../../etc", "below the recipe's directory"), ("kernel: /etc", "below the recipe's directory"),
            ("files: [bin/x]", "starts with /"), ("files: [/a/../b]", "starts with /"), ("modules: x", "a list"),
            ("overlay: [{path: /x}]", "exactly one of"), ("overlay: [{path: /x, text: a, link: b}]", "exactly one of"),
            ("overlay: [{path: /x, mode: rwx, text: a}]", "octal"),
            ("overlay: [{path: /x, mode: 10000, text: a}]", "octal"),
            ("overlay: [{path: /x, directory: false}]", "only be true"),
            ("programs: [{path: /init}]", "lacks the key 'source'"),
            ("programs: [{source: [], path: /init}]", "at least one"),
        ])
    func invalidValue(line: String, expected: String) throws {
        let error = try #require(failure(head + line + "\n"))
        #expect(error.diagnostics.map(\.position.line) == [3])
        #expect(error.summary.contains(expected))
    }
}
