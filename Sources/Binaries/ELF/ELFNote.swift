import Support

extension ELFFile {
    /// What somebody wrote into the program for those who start it.
    package struct Note: Sendable, Hashable {
        /// Such as `GNU` or `Xen`.
        package let owner: String
        /// A number whose meaning is the owner's.
        package let type: UInt32
        /// The note's bytes without padding. Their form is the owner's.
        package let content: [UInt8]

        /// Each note is the size of its owner's name, the size of its content, its type, then both, padded. What follows a
        /// note that does not fit is left out.
        static func all(
            in segment: ELFSegment, _ reader: ByteReader<BinaryError>
        ) throws(BinaryError) -> [Note] {
            let bytes = ByteReader(Array(try segment.content(reader)), failure: reader.failure)
            let padding = segment.alignment == 8 ? 8 : 4
            func padded(_ place: Int) -> Int { (place + padding - 1) / padding * padding }
            var notes: [Note] = []
            var place = 0
            while place + 12 <= bytes.bytes.count {
                let nameSize = Int(try bytes.number(at: place, as: UInt32.self))
                let size = Int(try bytes.number(at: place + 4, as: UInt32.self))
                let start = padded(place + 12 + nameSize)
                guard start + size <= bytes.bytes.count else { break }
                let owner = try bytes.bytes(at: place + 12, count: nameSize).prefix { $0 != 0 }
                notes.append(
                    Note(
                        owner: String(decoding: owner, as: UTF8.self), type: try bytes.number(at: place + 8),
                        content: Array(try bytes.bytes(at: start, count: size))))
                place = padded(start + size)
            }
            return notes
        }
    }
}
