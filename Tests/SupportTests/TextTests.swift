import Support
import Testing

@Suite("Bytes as text, and text on a terminal")
struct TextTests {
    @Test(
        "bytes survive the way to text and back, whatever they are",
        arguments: [
            [], Array("plain".utf8), Array("ü\u{10ff85}\u{10ffff}🍿".utf8), [0xff], [0x61, 0xff, 0x62], [0xc3],
            [0xc3, 0x28],
            [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf4, 0x8f, 0xbe], Array(0...255),
        ] as [[UInt8]])
    func bytes(_ bytes: [UInt8]) {
        #expect(ByteText.bytes(ByteText.text(bytes)) == bytes)
        // UTF-8 is what Swift says it is.
        if let plain = String(validating: bytes, as: UTF8.self), !bytes.contains(0xf4) {
            #expect(ByteText.text(bytes) == plain)
        }
    }

    @Test("random bytes survive too")
    func randomBytes() {
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...12)).map { _ in
                [UInt8.random(in: 0...255), 0xf4, 0x8f, 0xbf, 0x80, 0x41, 0xc3].randomElement() ?? 0
            }
            #expect(ByteText.bytes(ByteText.text(bytes)) == bytes)
        }
    }

    @Test("a system call gets the bytes")
    func calls() {
        let length = ByteText.text([0x61, 0xff] as [UInt8]).withBytes { strlen($0) }
        #expect(length == 2)
    }

    @Test(
        "what a terminal obeys or hides shows as an escape",
        arguments: [
            ("plain \t text ü 🍿 👩‍💻", "plain \t text ü 🍿 👩‍💻"), ("\u{1b}[2J", "\\x1b[2J"),
            ("a\r\u{7}\u{7f}", "a\\x0d\\x07\\x7f"),
            ("\u{9b}31m", "\\u{009b}31m"), ("\u{202e}txt.exe", "\\u{202e}txt.exe"), ("a\u{2028}b", "a\\u{2028}b"),
            ("\u{2066}\u{feff}\u{e0041}", "\\u{2066}\\u{feff}\\u{e0041}"), (ByteText.text([0xff] as [UInt8]), "\\xff"),
            ("a\nb", "a\\x0ab"), ("C:\\x", "C:\\x"),
        ])
    func visible(text: String, expected: String) { #expect(VisibleText.text(text) == expected) }

    @Test("lines stay lines where they are meant, and JSON is equal to a parser")
    func linesAndJSON() {
        #expect(VisibleText.text("a\nb\u{1b}", keepsLines: true) == "a\nb\\x1b")
        #expect(VisibleText.json("{\n\"\u{9b}\u{e0041}\u{7f}ü\"") == "{\n\"\\u009b\\udb40\\udc41\\u007fü\"")
        #expect(VisibleText.json("\"" + ByteText.text([0xff] as [UInt8]) + "\"") == "\"\u{fffd}\"")
    }
}
