import Testing
import UserInput

@Suite("Keys that are misspelt")
struct MisspeltKeyTests {
    private func messages(_ text: String) -> [String] {
        let error = #expect(throws: InputError.self) {
            try YAMLReader.read(text, file: "f", as: "a thing", keys: ["name", "size"]) { top in
                top.required("name") { top.text($0) }
            }
        }
        return error?.diagnostics.map(\.message) ?? []
    }

    @Test("a key that was misspelt is not missed besides")
    func once() { #expect(messages("nmae: a") == ["unknown key 'nmae' in a thing; did you mean 'name'?"]) }

    @Test("a key is missed beside one that is nothing like it")
    func both() {
        #expect(
            messages("colour: a") == [
                "unknown key 'colour' in a thing; the keys are name, size", "a thing lacks the key 'name'",
            ])
    }

    @Test("a list without items is told from one whose items are wrong")
    func emptyList() throws {
        let found = try YAMLReader.read("name: []\nsize: [[]]", file: "f", as: "a thing", keys: ["name", "size"]) {
            top in
            [top.isEmptyList("name"), top.isEmptyList("size"), top.isEmptyList("gone")]
        }
        #expect(found == [true, false, false])
    }
}
