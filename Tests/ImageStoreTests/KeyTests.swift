import ISA
import Support
import TestSupport
import Testing

@testable import ImageStore

@Suite struct KeyTests {
    private let scratch: Scratch
    private var recipe: ImageRecipe

    init() throws {
        scratch = try Scratch()
        try scratch.write("int a;\n", to: "kernel/msg_socket/main.c")
        try scratch.write("obj-m := a.o\n", to: "kernel/Kbuild")
        try scratch.write("int main(void) { return 0; }\n", to: "guest/init.c")
        try scratch.write("motd\n", to: "files/motd")
        recipe = ImageRecipe(name: "a", packages: .init(all: ["b"], only: [.x86_64: ["c"], .aarch64: ["d"]]))
        recipe.kernel = "kernel"
        recipe.programs = [.init(source: ["guest/init.c"], path: "/init")]
        recipe.overlay = [.init(path: "/etc/motd", mode: 0o644, content: .source("files/motd"))]
    }

    private func key(_ isa: ISA = .x86_64) throws -> String {
        try ImageKey(recipe: recipe, isa: isa, share: scratch.path).value
    }

    @Test("the key stays while nothing changes, and what a build leaves behind changes nothing")
    func stable() throws {
        let first = try key()
        for _ in 0..<20 { #expect(try key() == first) }
        try scratch.write("object", to: "kernel/msg_socket/main.o")
        try scratch.write("generated", to: "kernel/a.mod.c")
        try scratch.write("hidden", to: "kernel/.main.o.cmd")
        #expect(try key() == first)
    }

    @Test(
        "the key changes when a source changes, appears or moves",
        arguments: [
            ("int b;\n", "kernel/msg_socket/main.c"), ("int c;\n", "kernel/new.c"), ("#define X\n", "guest/wire.h"),
            ("int main(void) { return 1; }\n", "guest/init.c"), ("other\n", "files/motd"),
            ("obj-m := b.o\n", "kernel/Kbuild"),
        ])
    func sources(text: String, file: String) throws {
        let before = try key()
        try scratch.write(text, to: file)
        #expect(try key() != before)
    }

    @Test("the key depends on the ISA and the recipe")
    func recipeAndISA() throws {
        #expect(try key(.x86_64) != key(.aarch64))
        var other = recipe
        other.modules = ["sch_netem"]
        #expect(try ImageKey(recipe: other, isa: .x86_64, share: scratch.path).value != key())
    }

    @Test("a source that is missing is named")
    func missing() throws {
        var other = recipe
        other.programs = [.init(source: ["guest/none.c"], path: "/init")]
        let error = #expect(throws: ImageError.self) { try ImageKey(recipe: other, isa: .x86_64, share: scratch.path) }
        #expect(error?.summary.contains("guest/none.c") == true)
        other.kernel = "files"
        #expect(throws: ImageError.self) { try ImageKey(recipe: other, isa: .x86_64, share: scratch.path) }
    }
}
