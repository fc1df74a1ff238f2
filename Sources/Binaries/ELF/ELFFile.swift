import FoundationEssentials
import ISA
import Support

/// A 64-bit little-endian ELF file, as all files of our ISAs are.
///
/// Numbers and layouts are those of the System V ABI's chapters "Object Files" and "Program Loading and Dynamic Linking".
package struct ELFFile: Sendable {
    /// What a linker or the kernel may do with the file.
    package enum Kind: Sendable, Hashable {
        /// An object file or a kernel module (ET_REL).
        case relocatable
        /// A program at fixed addresses (ET_EXEC).
        case executable
        /// A shared library or a position-independent program (ET_DYN).
        case positionIndependent
        case other(UInt16)
    }

    /// What errors call the file: its path, if it has one.
    package let name: String
    /// `e_type`.
    package let kind: Kind
    /// `e_machine`.
    package let machine: UInt16
    /// The address of the first instruction; 0 if there is none.
    package let entry: UInt64
    /// The dynamic linker that the kernel starts for the program (PT_INTERP).
    package let interpreter: String?
    /// The shared libraries that the program names (DT_NEEDED).
    package let neededLibraries: [String]
    /// The notes that are part of the program in memory (PT_NOTE).
    package let notes: [Note]
    /// All sections, in the order of their headers; none if these were stripped.
    package let sections: [Section]
    let reader: ByteReader<BinaryError>

    /// The ISA that the file is for, if it is one of ours.
    package var isa: ISA? { ISA.allCases.first { $0.elfMachine == machine } }

    /// Whether the program runs on a node without any library there.
    package var isStatic: Bool { interpreter == nil && neededLibraries.isEmpty }

    /// The build id in lower-case hex (note NT_GNU_BUILD_ID); equal ids mean equal programs.
    package var buildID: String? {
        notes.first { $0.owner == "GNU" && $0.type == 3 }.map { hexadecimal($0.content) }
    }

    /// - Parameter name: what to call the file in errors.
    /// - Throws: `BinaryError` with code `.format`: not ELF, 32-bit, big-endian, or damaged.
    package init(_ bytes: [UInt8], name: String) throws(BinaryError) {
        let reader = ByteReader(
            bytes,
            failure: BinaryError(
                .format, "'\(name)' is truncated: it ends after \(bytes.count) bytes, before what its headers name",
                hint: "copy or build it again"))
        let header = try ELFHeader(reader, name: name)
        let segments = try header.segments(reader, name: name)
        let dynamic = try segments.last { $0.type == .dynamic }.map { segment throws(BinaryError) in
            try ELFDynamic(segment, reader)
        }
        self.name = name
        self.reader = reader
        kind = header.kind
        machine = header.machine
        entry = header.entry
        interpreter = try segments.last { $0.type == .interpreter }.map { segment throws(BinaryError) in
            String(decoding: try segment.content(reader).prefix { $0 != 0 }, as: UTF8.self)
        }
        neededLibraries = try dynamic?.neededLibraries(segments, reader, name: name) ?? []
        var notes: [Note] = []
        for segment in segments where segment.type == .note { notes += try Note.all(in: segment, reader) }
        self.notes = notes
        sections = try header.sections(reader, name: name)
    }

    /// - Throws: `BinaryError` with code `.unreadable` or `.format`.
    package init(path: String) throws(BinaryError) {
        try self.init(try Self.content(of: path), name: path)
    }

    private static func content(of path: String) throws(BinaryError) -> [UInt8] {
        var status = stat()
        // What is no regular file might never end, or block.
        guard path.withBytes({ stat($0, &status) }) != 0 || status.st_mode & S_IFMT == S_IFREG else {
            throw BinaryError(.unreadable, "'\(path)' is not a regular file")
        }
        do {
            return Array(try AtomicFile.contents(of: path))
        } catch {
            throw BinaryError(.unreadable, "cannot read '\(path)': \(errorText((error as? SystemError)?.errno ?? EIO))")
        }
    }
}
