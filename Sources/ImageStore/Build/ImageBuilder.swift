import Debian
import FoundationEssentials
import ISA
import Support

/// Makes one image from packages that are in the download cache.
struct ImageBuilder: Sendable {
    let recipe: ImageRecipe
    let isa: ISA
    let host: ISA
    let key: ImageKey
    let share: String
    let layout: StoreLayout
    let progress: @Sendable (ImageProgress) -> Void

    private var downloads: DownloadCache { DownloadCache(directory: layout.downloads) }

    /// What the kernel package gives.
    struct Kernel: Sendable {
        var version: String
        var image: KernelImage
        /// By absolute path.
        var modules: [KernelModules.Module]
        /// `modules.builtin` and `modules.order`, which depmod reads too.
        var lists: [KernelModules.Module]
    }

    /// Builds and publishes the image; nothing is left of a build that fails.
    ///
    /// - Parameter began: when the whole build began, for the record.
    func build(_ packages: [DebianPackage], began: ContinuousClock.Instant) async throws -> GuestImage {
        let work = try WorkDirectory(in: layout.temporary)
        defer { work.remove() }
        async let compiled = compile(packages, in: work)
        let worker = Worker("image-\(isa.nodeName)")
        progress(ImageProgress(isa: isa, step: .unpacking))
        let kernel = try await worker.run { () throws -> Kernel in try self.kernel(packages.filter(\.isKernel)) }
        let files = try await worker.run { try guestFiles(packages) }
        let order = try await loadOrder(kernel, work)
        let ours = try await compiled
        progress(ImageProgress(isa: isa, step: .writing))
        return try await worker.run {
            var archive = try tree(kernel, order, files, ours)
            archive.addParents()
            let initramfs = try archive.serialized()
            let publication = ImagePublication(layout: layout, key: key, work: work)
            return try publication.publish(
                recipe: recipe.name, isa: isa, packages: packages, kernel: kernel, modules: order.order,
                popcornModules: ours.modules.mapValues(\.whole), initramfs: initramfs, began: began)
        }
    }

    // MARK: - Kernel

    private func kernel(_ packages: [DebianPackage]) throws -> Kernel {
        var found: (version: String, content: [UInt8])?
        var modules = KernelModules()
        var lists: [KernelModules.Module] = []
        for package in packages {
            try DebPackageFile.forEachEntry(in: downloads.path(of: package)) { path, entry, content in
                guard entry.kind == .file else { return }
                let path = path.hasPrefix("/usr/lib/modules/") ? String(path.dropFirst(4)) : path
                if path.hasPrefix("/boot/vmlinuz-") {
                    found = (String(path.dropFirst("/boot/vmlinuz-".count)), try content())
                } else if path.hasPrefix("/lib/modules/") {
                    if path.contains(".ko") { modules.add(.init(path: path, content: try content())) }
                    if path.contains("/modules.") { lists.append(.init(path: path, content: try content())) }
                }
            }
        }
        guard let found else {
            throw ImageError(
                .recipe, "the packages of `\(recipe.name)` hold no kernel for \(isa.rawValue)",
                hint: "add a linux-image-… package to the recipe")
        }
        for list in lists where list.path.hasSuffix("/modules.builtin") {
            modules.add(builtin: String(decoding: list.content, as: UTF8.self))
        }
        return Kernel(
            version: found.version, image: try KernelImage(package: found.content, isa: isa),
            modules: try modules.closure(of: recipe.modules), lists: lists)
    }

    struct LoadOrder: Sendable {
        /// Absolute paths.
        var order: [String]
        /// What depmod wrote, by absolute path.
        var indexes: [KernelModules.Module]
    }

    /// Lets depmod, which knows every kind of dependency, order the modules and write the indexes of `modprobe`.
    private func loadOrder(_ kernel: Kernel, _ work: WorkDirectory) async throws -> LoadOrder {
        guard !kernel.modules.isEmpty else { return LoadOrder(order: [], indexes: []) }
        for module in kernel.modules + kernel.lists { try work.write(module.content, to: "depmod" + module.path) }
        let root = work.path + "/depmod"
        try await HostTool(name: "depmod", package: "kmod").run(
            ["-b", root, kernel.version], purpose: "order the kernel modules for \(isa.rawValue)")
        let folder = "/lib/modules/\(kernel.version)"
        var result = LoadOrder(order: [], indexes: [])
        for name in try FileManager.default.contentsOfDirectory(atPath: root + folder) where name.hasPrefix("modules.")
        {
            guard let bytes = FileManager.default.contents(atPath: "\(root)\(folder)/\(name)") else { continue }
            if name == "modules.dep" {
                result.order = KernelModules.loadOrder(String(decoding: bytes, as: UTF8.self)).map { "\(folder)/\($0)" }
            }
            // busybox reads the texts only.
            if !name.hasSuffix(".bin") {
                result.indexes.append(.init(path: "\(folder)/\(name)", content: Array(bytes)))
            }
        }
        return result
    }

    // MARK: - Guest files

    private func guestFiles(_ packages: [DebianPackage]) throws -> [String: GuestFiles.Content] {
        var files = GuestFiles()
        for package in packages where !package.isKernelHeaders && !package.isKernel {
            try files.add(package: downloads.path(of: package))
        }
        return try files.selection(recipe.files + [recipe.busybox].compactMap { $0 }, isa: isa)
    }

    // MARK: - Our own sources

    struct Compiled: Sendable {
        /// By file name, such as `popcorn.ko`.
        var modules: [String: KernelHeaders.Module] = [:]
        /// By path in the guest.
        var programs: [String: [UInt8]] = [:]
    }

    private func compile(_ packages: [DebianPackage], in work: WorkDirectory) async throws -> Compiled {
        var result = Compiled()
        if !recipe.programs.isEmpty { progress(ImageProgress(isa: isa, step: .compilingPrograms)) }
        for (index, program) in recipe.programs.enumerated() {
            let output = "\(work.path)/program-\(index)"
            try await Compiler.build(program, share: share, isa: isa, host: host, output: output)
            result.programs[program.path] = Array(try AtomicFile.contents(of: output))
        }
        guard let folder = recipe.kernel else { return result }
        let root = try await unpackedHeaders(packages)
        progress(ImageProgress(isa: isa, step: .compilingModules))
        let sources = work.path + "/kernel"
        for file in try ImageKey.kernelSources(folder, share: share) {
            guard let bytes = FileManager.default.contents(atPath: "\(share)/\(file)") else {
                throw SystemError("read \(share)/\(file)")
            }
            try work.write(Array(bytes), to: "kernel" + file.dropFirst(folder.count))
        }
        result.modules = try await KernelHeaders(root: root, isa: isa).build(modules: sources, host: host)
        return result
    }

    /// The directory with the unpacked headers, which are kept for the next build.
    private func unpackedHeaders(_ packages: [DebianPackage]) async throws -> String {
        let place = layout.headers(packages, isa: isa)
        if access(place, F_OK) == 0 { return place }
        let work = try WorkDirectory(in: layout.temporary)
        defer { work.remove() }
        try await Worker("headers-\(isa.nodeName)").run {
            try KernelHeaders.unpack(
                packages.filter(\.isKernelHeaders).map(downloads.path(of:)), isa: isa, into: work)
            // Another build may have been faster: its tree is the same.
            guard rename(work.path, place) == 0 || errno == EEXIST || errno == ENOTEMPTY else {
                throw SystemError("rename \(work.path) to \(place)")
            }
        }
        return place
    }
}
