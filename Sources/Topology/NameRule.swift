import UserInput

/// What labs and nodes may be called.
///
/// A name becomes a host name (RFC 1123: letters, digits, inner hyphens), part of a domain's name, and a directory in
/// the path of a Unix socket, which holds 108 bytes in all; hence the limit of 31 characters.
package enum NameRule {
    /// The most characters that a name may have.
    package static let longest = 31

    /// The reason why `name` cannot be used, as the end of a sentence; `nil` if it can.
    static func objection(to name: String) -> String? {
        let bytes = Array(name.utf8)
        let isAlphanumeric = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        if bytes.isEmpty { return "a name must not be empty" }
        if bytes.count > longest { return "a name has at most \(longest) characters" }
        guard bytes.allSatisfy({ isAlphanumeric($0) || $0 == UInt8(ascii: "-") }) else {
            return "a name consists of lower-case letters, digits and hyphens"
        }
        guard let first = bytes.first, let last = bytes.last, isAlphanumeric(first), isAlphanumeric(last) else {
            return "a name begins and ends with a letter or digit"
        }
        return nil
    }

    /// - Throws: `InputError` if `name` cannot be a lab's name.
    package static func check(lab name: String) throws(InputError) {
        if let objection = objection(to: name) {
            throw InputError(.invalidValue, "'\(name)' cannot be the name of a lab: \(objection)")
        }
    }
}
