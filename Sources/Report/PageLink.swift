import Support

/// What stands in `href` and `id`.
package enum PageLink {
    /// The anchor of a case: the same on every page, and another for every case.
    ///
    /// Characters that a URL's fragment has in no other meaning stay as they are; all others become `~` and hex of their bytes.
    package static func anchor(ofCase id: String) -> String { "case-" + kept(id, besides: "-._/:@,+=", escape: "~") }

    /// A path below where the page's links begin.
    ///
    /// - Parameter base: empty, or ends with a slash.
    package static func path(_ path: String, below base: String) -> String {
        let isAbsolute = base.hasPrefix("/")
        // A name with a colon would be taken for a scheme.
        return (isAbsolute ? "" : "./") + kept(base + path, besides: "-._~/", escape: "%")
    }

    /// A value of a query, such as the `a%20b` of `?id=a%20b`.
    package static func query(_ value: String) -> String { kept(value, besides: "-._~/:@,", escape: "%") }

    private static func kept(_ text: String, besides others: String, escape: Character) -> String {
        var result: [UInt8] = []
        for byte in ByteText.bytes(text) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                result.append(byte)
            case _ where others.utf8.contains(byte): result.append(byte)
            default: result += Array(String(escape).utf8) + Array(hexadecimal([byte]).utf8)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
