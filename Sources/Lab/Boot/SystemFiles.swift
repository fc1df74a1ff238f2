import FoundationEssentials
import Support
import SystemPackage
import Topology

/// The files of a system of the user's own, as they are before anything boots: what is wrong with them.
struct SystemFiles {
    let system: GuestSystem

    /// Sentences, each about one file.
    var problems: [String] {
        var problems: [String] = []
        if case .file(let path) = system.initramfs { problems += Self.unreadable(path) }
        if let disk = system.disk { problems += Self.problems(of: disk) }
        if let key = system.login.key { problems += Self.unreadable(key) }
        return problems
    }

    private static func unreadable(_ path: String, _ mode: Int32 = R_OK) -> [String] {
        var status = stat()
        guard path.withBytes({ stat($0, &status) }) == 0 else { return [SystemError("open \(path)").summary] }
        guard status.st_mode & S_IFMT != S_IFDIR else { return ["\(path) is a directory"] }
        guard path.withBytes({ access($0, mode) }) == 0 else { return [SystemError("open \(path)").summary] }
        return []
    }

    private static func problems(of disk: GuestDisk) -> [String] {
        let path = disk.path
        let objections = unreadable(path, disk.isSnapshot ? R_OK : R_OK | W_OK)
        guard objections.isEmpty else { return objections }
        guard let file = try? FileDescriptor.open(bytesOf: path, .readOnly) else { return [] }
        defer { try? file.close() }
        let start = (try? file.piece(upTo: 1 << 17, at: 0)) ?? []
        switch (disk.format, has(start, "QFI\u{fb}", at: 0)) {
        case (.qcow2, true): return []
        case (.qcow2, false): return ["\(path) is no qcow2 image: say `format: raw` if it is a plain one"]
        case (.raw, true): return ["\(path) is a qcow2 image: say `format: qcow2`"]
        case (.raw, false): break
        }
        if signatures.contains(where: { has(start, $0.bytes, at: $0.offset) }) { return [] }
        return ["\(path) is no disk image: neither a table of partitions nor a file system is in it"]
    }

    /// Where file systems and tables of partitions say what they are, by their own documentation: a table of partitions, also the one
    /// in front of a GPT; ext2 to ext4; xfs; squashfs; btrfs; f2fs; erofs.
    private static let signatures: [(bytes: String, offset: Int)] = [
        ("\u{55}\u{aa}", 510), ("\u{53}\u{ef}", 1080), ("XFSB", 0), ("hsqs", 0), ("_BHRfS_M", 0x10040),
        ("\u{10}\u{20}\u{f5}\u{f2}", 1024), ("\u{e2}\u{e1}\u{f5}\u{e0}", 1024),
    ]

    /// - Parameter text: a scalar for each byte.
    private static func has(_ bytes: [UInt8], _ text: String, at offset: Int) -> Bool {
        bytes.dropFirst(offset).starts(with: text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
    }
}
