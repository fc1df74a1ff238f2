import Debian
import FoundationEssentials
import ISA
import Support

/// Puts a finished image into the store, whole or not at all.
struct ImagePublication: Sendable {
    let layout: StoreLayout
    let key: ImageKey
    let work: WorkDirectory

    func publish(
        recipe: String, isa: ISA, packages: [DebianPackage], kernel: ImageBuilder.Kernel, modules: [String],
        popcornModules: [String: [UInt8]], initramfs: [UInt8], began: ContinuousClock.Instant
    ) throws -> GuestImage {
        let kernelFile = ImageFile(size: kernel.image.bytes.count, sha256: SHA256.hex(of: kernel.image.bytes))
        let initramfsFile = ImageFile(size: initramfs.count, sha256: SHA256.hex(of: initramfs))
        let digest = SHA256.hex(of: Array("\(kernelFile.sha256) \(initramfsFile.sha256)\n".utf8))
        let took = began.duration(to: .now).components
        let record = ImageRecord(
            format: ImageKey.formatVersion, id: String(digest.prefix(12)), recipe: recipe, isa: isa, key: key.value,
            packages: packages, kernelVersion: kernel.version, kernelFormat: kernel.image.format, modules: modules,
            popcornModules: popcornModules.keys.sorted(), kernel: kernelFile, initramfs: initramfsFile, digest: digest,
            built: Date().formatted(.iso8601),
            buildSeconds: Double(took.seconds) + Double(took.attoseconds / 1_000_000_000_000_000) / 1000)

        let staged = GuestImage(directory: work.path + "/image", record: record)
        try work.write(kernel.image.bytes, to: "image/kernel", durable: true)
        try work.write(initramfs, to: "image/initramfs", durable: true)
        for (name, bytes) in popcornModules { try work.write(bytes, to: "image/debug/\(name)") }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try work.write(Array(try encoder.encode(record)), to: "image/\(GuestImage.recordFile)", durable: true)
        let stamps = [staged.kernel, staged.initramfs].compactMap { GuestImage.Stamp(of: $0) }
        try work.write(Array(try encoder.encode(stamps)), to: "image/\(GuestImage.stampFile)", durable: true)
        try flush(directory: staged.directory)

        let image = GuestImage(directory: layout.image(record.id), record: record)
        try place(staged.directory, at: image.directory)
        try link(record.id)
        return image
    }

    /// A rename onto a directory that is not empty fails: an image of the same id gives way, as it may be damaged.
    private func place(_ staged: String, at place: String) throws {
        if rename(staged, place) == 0 { return try flush(directory: layout.store) }
        guard errno == EEXIST || errno == ENOTEMPTY else { throw SystemError("rename \(staged) to \(place)") }
        let old = work.path + "/replaced"
        guard rename(place, old) == 0, rename(staged, place) == 0 else {
            throw SystemError("replace \(place)")
        }
        try flush(directory: layout.store)
    }

    private func link(_ id: String) throws {
        let new = work.path + "/link"
        guard symlink("../store/\(id)", new) == 0, rename(new, layout.key(key)) == 0 else {
            throw SystemError("link \(layout.key(key)) to the image \(id)")
        }
        try flush(directory: layout.keys)
    }
}
