import ISA
import Support

/// What an ELF file says about the program in it, as far as running it on a node depends on that.
///
/// Numbers and layouts are those of the System V ABI's "Object Files" chapter for 64-bit little-endian files, which all
/// files of our ISAs are.
public struct ELFFile: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// An object file or a kernel module (ET_REL).
        case relocatable
        /// A program at fixed addresses (ET_EXEC).
        case executable
        /// A shared library or a position-independent program (ET_DYN).
        case positionIndependent
        case other(UInt16)
    }

    public var kind: Kind
    /// `e_machine`.
    public var machine: UInt16
    /// The address of the first instruction; 0 if there is none.
    public var entry: UInt64
    /// The dynamic linker that the kernel starts for the program (PT_INTERP).
    public var interpreter: String?
    /// The shared libraries that the program names (DT_NEEDED).
    public var neededLibraries: [String] = []
    /// The build id in hex (note NT_GNU_BUILD_ID); equal ids mean equal programs.
    public var buildID: String?

    /// The ISA that the file is for, if it is one of ours.
    public var isa: ISA? { ISA.allCases.first { $0.elfMachine == machine } }

    /// Whether the program runs on a node without any library there.
    public var isStatic: Bool { interpreter == nil && neededLibraries.isEmpty }

    /// - Parameter name: what to call the file in errors.
    /// - Throws: `TopologyError` with code `.invalidBinary`: not ELF, 32-bit, big-endian or truncated.
    public init(_ bytes: [UInt8], name: String) throws(TopologyError) {
        try self.init(ELFReader(bytes, name: name))
    }

    /// Reads the headers of a file, not its whole content.
    ///
    /// - Throws: `TopologyError` with code `.unreadableFile` or `.invalidBinary`.
    public init(path: String) throws(TopologyError) {
        let descriptor = path.withBytes { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else {
            throw TopologyError(.unreadableFile, "cannot open '\(path)': \(errorText(currentErrno()))")
        }
        defer { close(descriptor) }
        try self.init(ELFReader(descriptor: descriptor, name: path))
    }

    private init(_ reader: borrowing ELFReader) throws(TopologyError) {
        let header = try ELFHeader(reader)
        kind =
            switch header.type {
            case 1: .relocatable
            case 2: .executable
            case 3: .positionIndependent
            default: .other(header.type)
            }
        machine = header.machine
        entry = header.entry
        let segments = try header.segments(reader)
        for segment in segments {
            switch segment.type {
            case .interpreter:
                let path = try reader.bytes(at: segment.offset, count: segment.size)
                interpreter = String(decoding: path.prefix { $0 != 0 }, as: UTF8.self)
            case .note:
                let notes = try reader.bytes(at: segment.offset, count: segment.size)
                buildID = buildID ?? ELFNotes.buildID(in: notes, alignment: segment.alignment)
            case .dynamic:
                neededLibraries = try ELFDynamic(segment, reader).neededLibraries(segments, reader)
            case .load, .other:
                break
            }
        }
    }
}
