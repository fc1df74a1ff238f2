import FoundationEssentials
import Support

extension ImageBuilder {
    /// Everything that is in the initramfs.
    func tree(
        _ kernel: Kernel, _ modules: LoadOrder, _ files: [String: GuestFiles.Content], _ ours: Compiled
    ) throws -> CpioArchive {
        var archive = CpioArchive()
        for name in GuestFiles.mergedDirectories {
            archive.add("/\(name)", mode: 0o777, .symlink("usr/\(name)"))
            archive.addDirectory("/usr/\(name)")
        }
        archive.addDirectory("/dev")
        archive.add("/dev/console", mode: 0o600, .characterDevice(major: 5, minor: 1))
        for (path, content) in files {
            switch content {
            case .file(let bytes, let mode): archive.add(path, mode: mode, .file(bytes))
            case .symlink(let target): archive.add(path, mode: 0o777, .symlink(target))
            }
        }
        try addApplets(to: &archive, files)
        for module in kernel.modules + modules.indexes {
            archive.add(GuestFiles.merged(module.path), mode: 0o644, .file(module.content))
        }
        archive.addFile("/etc/modules", text: modules.order.map { $0 + "\n" }.joined())
        for (name, module) in ours.modules {
            archive.add("/usr/lib/popcorn/\(name)", mode: 0o644, .file(module.stripped))
        }
        for (path, bytes) in ours.programs { archive.add(GuestFiles.merged(path), mode: 0o755, .file(bytes)) }
        for file in recipe.overlay { archive.add(GuestFiles.merged(file.path), mode: file.mode, try content(file)) }
        return archive
    }

    /// A link for each applet that no package's own program has the name of.
    private func addApplets(to archive: inout CpioArchive, _ files: [String: GuestFiles.Content]) throws {
        guard let path = recipe.busybox.map(GuestFiles.merged), case .file(let binary, _) = files[path] else { return }
        let taken = Set(files.keys.compactMap { $0.split(separator: "/").last.map(String.init) })
        for applet in try Busybox.applets(of: binary) where !taken.contains(applet) {
            archive.add("/usr/bin/\(applet)", mode: 0o777, .symlink(path))
        }
    }

    private func content(_ file: ImageRecipe.OverlayFile) throws -> CpioArchive.Content {
        switch file.content {
        case .text(let text): return .file(Array(text.utf8))
        case .directory: return .directory
        case .link(let target): return .symlink(target)
        case .source(let source):
            return .file(Array(try AtomicFile.contents(of: "\(share)/\(source)")))
        }
    }
}
