import Testing
import Topology
import UserInput

@Suite("strict YAML")
struct YAMLReaderTests {
    /// A description such as other parts of the program read.
    private struct Recipe: Equatable {
        var name: String
        var compressed = false
        var packages: [String] = []
        var variables: [String: String] = [:]
        var size: MemorySize?
    }

    private func recipe(_ text: String) throws(InputError) -> Recipe {
        let keys = ["name", "compressed", "packages", "variables", "size"]
        return try YAMLReader.read(text, file: "recipe.yaml", as: "a recipe", keys: keys) { top in
            guard let name = top.required("name", { top.text($0) }) else { return nil }
            let variables = top.mapping("variables", as: "the variables", keys: nil)
            return Recipe(
                name: name, compressed: top.boolean("compressed") ?? false, packages: top.texts("packages") ?? [],
                variables: Dictionary(
                    uniqueKeysWithValues: variables?.keys.map { ($0, variables?.text($0) ?? "") } ?? []),
                size: top.value("size", MemorySize.self))
        }
    }

    @Test("texts stay as they stand, whatever YAML takes them for")
    func texts() throws {
        let text = "name: 1.10\npackages: [on, 0123, '', null-object, 2024-01-01]\nvariables: {b: yes, a: 0x10}"
        let found = try recipe(text)
        #expect(
            found
                == Recipe(
                    name: "1.10", packages: ["on", "0123", "", "null-object", "2024-01-01"],
                    variables: ["b": "yes", "a": "0x10"]))
    }

    @Test("block texts and booleans are read")
    func block() throws {
        #expect(try recipe("name: |\n  a\n  b\ncompressed: true").name == "a\nb\n")
        #expect(try recipe("name: a\ncompressed: true").compressed)
        #expect(try !recipe("name: a\ncompressed: false").compressed)
    }

    @Test(
        "errors name what was expected",
        arguments: [
            ("name: a\ncompressed: yes", 2, 13, "expected true or false, found 'yes'"),
            ("name: a\npackages: busybox", 2, 11, "expected a list of texts, found 'busybox'"),
            ("name: a\npackages: [a, {b: c}]", 2, 15, "expected a text, found a mapping"),
            ("name: a\nvariables: {a: [1]}", 2, 16, "expected a text, found a list"),
            ("name: a\nvariables: {a: 1, a: 2}", 2, 19, "the key 'a' is given twice"),
            ("name: a\nsize: 1KiB", 2, 7, "'1KiB' is not an amount of memory"),
            ("name: ~", 1, 7, "expected a text, found nothing"),
            ("size: 1G", 1, 1, "a recipe lacks the key 'name'"),
            ("nam: a\nname: b", 1, 1, "unknown key 'nam' in a recipe; did you mean 'name'?"),
        ])
    func errors(text: String, line: Int, column: Int, reason: String) throws {
        let error = try #require(throws: InputError.self) { try recipe(text) }
        #expect(error.diagnostics.map(\.position) == [SourcePosition(line: line, column: column)])
        #expect(error.diagnostics.first?.message.contains(reason) == true, "\(error)")
    }

    @Test("three appearances of a key are two errors, in mappings within lists too")
    func repeated() throws {
        let error = try #require(throws: InputError.self) {
            try recipe("name: a\nname: b\n\"name\": c\nvariables: {x: 1, 'x': 2}")
        }
        #expect(error.diagnostics.map(\.position.line) == [2, 3, 4])
    }

    @Test("a key with letters beyond ASCII keeps its place when it is given twice")
    func unicode() throws {
        let error = try #require(throws: InputError.self) {
            try recipe("name: 'é€😀', \nname: b\nvariables: {ü: 1, ä: 2, ü: 3}")
        }
        #expect(!error.diagnostics.isEmpty)
        let twice = try #require(throws: InputError.self) {
            try recipe("name: b\nvariables: {ü: 1, ä😀: 2, ü: 3}")
        }
        #expect(twice.diagnostics.map(\.position) == [SourcePosition(line: 2, column: 26)])
    }

    @Test(
        "every text that is written reads back",
        arguments: [
            "a", "", " ", "a b", "a: b", "a #b", "- a", "1", "1e3", "0x10", "12:30", "2024-01-01", "null", "~", "yes",
            "No",
            "{a}", "[a]", "*a", "&a", "!a", "%a", "@a", "`a", "a\"b", "a'b", "a\\b", "a\nb", "\t",
            "\u{7f}\u{85}\u{2028}",
            "é€😀", "qemu:///embed?root=/a b", "ends:", "a\u{0}b",
        ])
    func written(text: String) throws {
        var writer = YAMLWriter()
        writer.add("name", text)
        var variables = YAMLWriter()
        variables.add("v", text)
        writer.add("variables", variables)
        let found = try recipe(writer.text)
        #expect(found.name == text, "\(writer.text)")
        #expect(found.variables == ["v": text])
    }

    @Test("empty collections are written as such")
    func empty() {
        var writer = YAMLWriter()
        writer.add("a", YAMLWriter())
        writer.add("b", [YAMLWriter]())
        writer.add("c", Int?.none)
        #expect(writer.text == "a: {}\nb: []\n")
    }
}
