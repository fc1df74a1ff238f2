import Support
import Testing

@testable import Commands

@Suite("Words for makefiles")
struct MakeWordTests {
    @Test("make includes a path with blanks and wildcards as one name")
    func include() throws {
        #expect(MakeWord.included("/usr/share/popcorn.mk") == "/usr/share/popcorn.mk")
        #expect(MakeWord.included("/my programs/a*[b].mk") == #"/my\ programs/a\*\[b\].mk"#)
    }
}
