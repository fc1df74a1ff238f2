/// Version 3 of the SSH file transfer protocol (draft-ietf-secsh-filexfer-02), which OpenSSH's `sftp-server` speaks.
///
/// We speak it ourselves rather than through libssh. libssh's SFTP calls block the whole connection, and wait for the
/// answer to each write before they send the next one.
enum SFTPPacket: UInt8 {
    case initialize = 1
    case version = 2
    case open = 3
    case close = 4
    case read = 5
    case write = 6
    case linkStatus = 7
    case setStatus = 9
    case setHandleStatus = 10
    case openDirectory = 11
    case readDirectory = 12
    case remove = 13
    case makeDirectory = 14
    case removeDirectory = 15
    case status = 17
    case rename = 18
    case readLink = 19
    case makeLink = 20
    case statusReply = 101
    case handleReply = 102
    case dataReply = 103
    case nameReply = 104
    case attributesReply = 105
    case extended = 200

    static let protocolVersion: UInt32 = 3
}

/// `pflags` of an open request.
struct SFTPOpenFlags: OptionSet {
    let rawValue: UInt32
    static let read = SFTPOpenFlags(rawValue: 0x01)
    static let write = SFTPOpenFlags(rawValue: 0x02)
    static let create = SFTPOpenFlags(rawValue: 0x08)
    static let exclusive = SFTPOpenFlags(rawValue: 0x20)
}

/// A file's attributes. Only what we use is kept.
struct SFTPAttributes: Sendable {
    var size: UInt64?
    /// `st_mode`, with the file's type.
    var mode: UInt32?

    private enum Flag {
        static let size: UInt32 = 0x1
        static let owner: UInt32 = 0x2
        static let mode: UInt32 = 0x4
        static let times: UInt32 = 0x8
        static let extended: UInt32 = 0x8000_0000
    }

    init(mode: UInt32? = nil) { self.mode = mode }

    init(from reader: inout WireReader) throws {
        let flags = try reader.uint32()
        if flags & Flag.size != 0 { size = try reader.uint64() }
        if flags & Flag.owner != 0 { _ = try reader.slice(8) }
        if flags & Flag.mode != 0 { mode = try reader.uint32() }
        if flags & Flag.times != 0 { _ = try reader.slice(8) }
        guard flags & Flag.extended != 0 else { return }
        for _ in 0..<(try reader.uint32()) {
            _ = try reader.stringSlice()
            _ = try reader.stringSlice()
        }
    }

    func write(to writer: inout WireWriter) {
        writer.uint32(mode == nil ? 0 : Flag.mode)
        if let mode { writer.uint32(mode & 0o7777) }
    }
}

/// What the guest's SFTP server answers.
enum SFTPReply: Sendable {
    struct Name: Sendable {
        var bytes: [UInt8]
        var attributes: SFTPAttributes
    }

    case status(code: UInt32, message: String)
    case handle([UInt8])
    case data([UInt8])
    case names([Name])
    case attributes(SFTPAttributes)

    init?(type: UInt8, body reader: inout WireReader) throws {
        switch SFTPPacket(rawValue: type) {
        case .statusReply:
            let code = try reader.uint32()
            // Servers before version 3 sent no message.
            self = .status(code: code, message: reader.rest > 0 ? try reader.text() : "")
        case .handleReply: self = .handle(try reader.string())
        case .dataReply: self = .data(try reader.string())
        case .nameReply:
            var names: [Name] = []
            for _ in 0..<(try reader.uint32()) {
                let name = try reader.string()
                _ = try reader.stringSlice()  // the line that `ls -l` would print
                names.append(Name(bytes: name, attributes: try SFTPAttributes(from: &reader)))
            }
            self = .names(names)
        case .attributesReply: self = .attributes(try SFTPAttributes(from: &reader))
        default: return nil
        }
    }
}

/// A status other than success.
struct SFTPFailure: Error {
    static let success: UInt32 = 0
    static let endOfFile: UInt32 = 1
    static let noSuchFile: UInt32 = 2
    static let failure: UInt32 = 4
    static let unsupported: UInt32 = 8

    var code: UInt32
    var message: String
}
