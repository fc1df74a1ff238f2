import FoundationEssentials
import Support
import Testing

@Suite("Absolute paths")
struct AbsolutePathTests {
    @Test(
        "a path starts from its directory, without dots",
        arguments: [
            ("a", "/d/a"), ("./a", "/d/a"), ("../a", "/a"), ("../../../a", "/a"), ("a/../b", "/d/b"),
            ("a//b", "/d/a/b"),
            ("/x/y", "/x/y"), ("/x/../y", "/y"), ("/", "/"), (".", "/d"), ("a/", "/d/a"), ("a b", "/d/a b"),
            ("%41", "/d/%41"),
            ("é/日", "/d/é/日"), ("a?b#c", "/d/a?b#c"), ("~/a", "/d/~/a"), ("file:a", "/d/file:a"),
            ("..a/.b", "/d/..a/.b"),
        ])
    func relative(path: String, expected: String) { #expect(AbsolutePath.of(path, in: "/d") == expected) }

    @Test("without a directory it starts from the process's own")
    func own() { #expect(AbsolutePath.of("a") == FileManager.default.currentDirectoryPath + "/a") }

    @Test("a directory with blanks and signs stays what it is")
    func directory() {
        #expect(AbsolutePath.of("a", in: "/d e/%20/#") == "/d e/%20/#/a")
        #expect(AbsolutePath.of("a", in: "/d/") == "/d/a")
    }

    @Test(
        "the directory that a path lies in",
        arguments: [("/a/b", "/a"), ("/a", "/"), ("/", "/"), ("/a/b/c.yaml", "/a/b")])
    func parent(path: String, expected: String) { #expect(AbsolutePath.parent(of: path) == expected) }

    @Test(
        "a path as it was given has a directory and a name",
        arguments: [("b", ".", "b"), ("a/b", "a", "b"), ("/b", "/", "b"), ("/a/b", "/a", "b"), ("a/", "a", "")])
    func given(path: String, directory: String, name: String) {
        #expect(GivenPath.split(path) == (directory, name))
    }
}
