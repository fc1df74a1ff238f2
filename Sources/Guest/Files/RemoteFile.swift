import Support

/// What a file in a guest, or on this host, is.
package struct RemoteFile: Sendable, Hashable {
    /// The types of `st_mode` that copies tell apart.
    package enum Kind: Sendable, Hashable {
        case regular
        case directory
        case symbolicLink
        /// A device, a socket or a pipe.
        case other
    }

    /// That of a symbolic link itself if links were not followed.
    package var kind: Kind
    /// The permission bits, `07777` of `st_mode`.
    package var permissions: UInt32
    /// Bytes.
    package var size: UInt64

    init(mode: UInt32, size: UInt64) {
        switch mode & UInt32(S_IFMT) {
        case UInt32(S_IFREG): kind = .regular
        case UInt32(S_IFDIR): kind = .directory
        case UInt32(S_IFLNK): kind = .symbolicLink
        default: kind = .other
        }
        permissions = mode & 0o7777
        self.size = size
    }

    init(_ attributes: SFTPAttributes) {
        self.init(mode: attributes.mode ?? UInt32(S_IFREG) | 0o644, size: attributes.size ?? 0)
    }
}

/// How far a transfer is.
package struct TransferProgress: Sendable, Hashable {
    /// Bytes of file content so far, and of all files together.
    package var bytes: UInt64
    /// The sum of all files' sizes, taken before the transfer began.
    package var totalBytes: UInt64
    /// The file that moved last.
    package var path: String
}

/// Adds up what several files of one transfer move.
final class TransferMeter: Sendable {
    private let bytes = Guarded<UInt64>(0)
    private let totalBytes: UInt64
    private let report: (@Sendable (TransferProgress) -> Void)?

    init(totalBytes: UInt64, _ report: (@Sendable (TransferProgress) -> Void)?) {
        self.totalBytes = totalBytes
        self.report = report
    }

    func moved(_ count: Int, _ path: String) {
        let sum = bytes.withLock { bytes in
            bytes += UInt64(count)
            return bytes
        }
        report?(TransferProgress(bytes: sum, totalBytes: totalBytes, path: path))
    }
}

/// How much of a transfer is under way at once.
enum TransferSize {
    /// Bytes of one read or write request. Every SFTP server takes 32 KiB (draft-ietf-secsh-filexfer-02, 3);
    /// 64 and 128 KiB could not be told from it on a loaded host.
    static let piece = 32 << 10
    /// Requests of one file that are under way at once.
    static let requests = 64
    /// Files that are under way at once: small files wait for answers, not for bytes.
    static let files = 8
}
