import MultiISAPasses
import Support

/// An archive of objects, as `ar` or `llvm-ar` make it (ar(5)): GNU's format, thin or not, and that of BSD.
struct Archive {
    struct Member {
        var name: String
        var content: [UInt8]
    }

    private let bytes: [UInt8]
    private let path: String

    /// Whether the bytes are those of an archive.
    static func isArchive(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: "!<arch>\n".utf8) || bytes.starts(with: "!<thin>\n".utf8)
    }

    /// - Parameter path: where it is; a thin archive names its members' files from there.
    init(_ bytes: [UInt8], path: String) {
        self.bytes = bytes
        self.path = path
    }

    /// The members in their order.
    var members: [Member] {
        get throws {
            try collect { bytes, context in
                multiISAVisitArchive(
                    bytes.baseAddress, bytes.count, path,
                    { context, name, content, size in
                        guard let context, let name else { return }
                        let content = UnsafeRawBufferPointer(start: content, count: size)
                        context.assumingMemoryBound(to: [Member].self).pointee
                            .append(Member(name: String(cString: name), content: Array(content)))
                    }, context)
            }
        }
    }

    /// The names that the index lists; an archive without one is an error.
    var index: [String] {
        get throws {
            try collect { bytes, context in
                multiISAVisitArchiveIndex(
                    bytes.baseAddress, bytes.count, path,
                    { context, name in
                        guard let context, let name else { return }
                        context.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
                    }, context)
            }
        }
    }

    /// What `visit` adds to the array that it gets as a context.
    private func collect<Element>(
        _ visit: (UnsafeBufferPointer<CChar>, UnsafeMutableRawPointer) -> UnsafeMutablePointer<CChar>?
    ) throws -> [Element] {
        var found: [Element] = []
        let problem = bytes.withUnsafeBytes { bytes in
            withUnsafeMutablePointer(to: &found) { visit(bytes.assumingMemoryBound(to: CChar.self), $0) }
        }
        guard problem == nil else { throw CompilerError(.link, "\(path): \(takeMessage(problem))") }
        return found
    }
}
