import Debian
import ISA
import Support

extension ImageStore {
    /// What Debian calls the package with the debug symbols of a kernel.
    package static func symbolsPackage(release: String) -> String { "linux-image-\(release)-dbg" }

    /// `vmlinux` with the debug symbols of one of Debian's kernels, if it was fetched before; needs no network.
    package func kernelSymbols(release: String, isa: ISA) -> String? {
        let path = layout.symbols(release, isa)
        return path.withBytes { access($0, R_OK) } == 0 ? path : nil
    }

    /// `kernelSymbols(release:isa:)`, fetched from Debian's archive if it is not here.
    ///
    /// Of the package, which is large, that one file is kept.
    /// - Parameter progress: called at the beginning of each step.
    /// - Throws: `ImageError` or `DebianError` if Debian does not have it any more: of kernels, the archive has the newest.
    package func fetchKernelSymbols(
        release: String, isa: ISA, progress: @escaping @Sendable (ImageProgress) -> Void = { _ in }
    ) async throws -> String {
        let worker = Worker("symbols")
        try await worker.run { try layout.create() }
        let downloads = DownloadCache(directory: layout.downloads)
        let lock = try await worker.run {
            try FileLock.waiting(path: downloads.lockFile, purpose: "fetch debug symbols")
        }
        defer { withExtendedLifetime(lock) {} }
        // Whoever had the lock may have wanted the same.
        if let path = kernelSymbols(release: release, isa: isa) { return path }
        let root = try await worker.run { try AptRoot(images: layout, aptConfiguration) }
        progress(ImageProgress(isa: isa, step: .fetchingLists))
        try await root.update(architectures: [isa.debianArchitecture])
        let name = Self.symbolsPackage(release: release)
        let packages = try await root.packages(
            [name], architecture: isa.debianArchitecture, purpose: "find the package \(name)")
        guard let package = packages.first else { throw ImageError(.archive, "Debian has no package \(name)") }
        progress(ImageProgress(isa: isa, step: .downloading(packages: 1, bytes: package.size)))
        let work = try WorkDirectory(in: layout.temporary)
        defer { work.remove() }
        try await root.download([package], architecture: isa.debianArchitecture, into: work.path)
        progress(ImageProgress(isa: isa, step: .unpacking))
        return try await worker.run {
            try downloads.adopt([package], from: work.path)
            // It is of no use any more when the one file is out of it.
            defer { unlink(downloads.path(of: package)) }
            return try unpackSymbols(downloads.path(of: package), release, isa)
        }
    }

    private func unpackSymbols(_ package: String, _ release: String, _ isa: ISA) throws -> String {
        let target = layout.symbols(release, isa)
        var isThere = false
        try DebPackageFile.forEachEntry(in: package) { path, _, content in
            guard path == "/usr/lib/debug/boot/vmlinux-\(release)" else { return }
            try Directories.create(AbsolutePath.parent(of: target))
            try AtomicFile.write(try content(), to: target)
            isThere = true
        }
        guard isThere else {
            throw ImageError(.corrupt, "\(Self.symbolsPackage(release: release)) has no vmlinux-\(release)")
        }
        return target
    }
}
