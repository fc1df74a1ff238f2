import Debian
import FoundationEssentials
import ISA
import Support

/// Gets the packages of a recipe into the download cache.
///
/// What names stand for is looked up once and kept, so that a changed source file needs no network;
/// `refresh` looks it up again.
struct PackageStage: Sendable {
    let layout: StoreLayout
    let aptConfiguration: String
    let host: ISA
    let refresh: Bool
    let worker: Worker
    let progress: @Sendable (ImageProgress) -> Void

    private var downloads: DownloadCache { DownloadCache(directory: layout.downloads) }

    /// The packages of `recipe` for each ISA, all of them in the download cache.
    func packages(of recipe: ImageRecipe, isas: [ISA]) async throws -> [ISA: [DebianPackage]] {
        var result: [ISA: [DebianPackage]] = [:]
        if !refresh {
            for isa in isas {
                result[isa] = try await worker.run { pinned(recipe, isa) }
            }
        }
        let missing = isas.filter { result[$0] == nil }
        guard !missing.isEmpty else { return result }
        let lock = try await worker.run {
            try FileLock.waiting(path: downloads.lockFile, purpose: "fetch packages")
        }
        defer { withExtendedLifetime(lock) {} }
        let root = try await worker.run {
            try AptRoot(images: layout, aptConfiguration)
        }
        progress(ImageProgress(isa: nil, step: .fetchingLists))
        try await root.update(architectures: Set(missing + [host]).map(\.debianArchitecture).sorted())
        let fetched = try await withThrowingTaskGroup(of: (ISA, [DebianPackage]).self) { group in
            for isa in missing {
                group.addTask { (isa, try await fetch(recipe, isa, root)) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        return result.merging(fetched) { $1 }
    }

    private func fetch(_ recipe: ImageRecipe, _ isa: ISA, _ root: AptRoot) async throws -> [DebianPackage] {
        progress(ImageProgress(isa: isa, step: .resolving))
        let packages = try await root.closure(
            of: recipe.packages[isa], excluded: recipe.without, isa: isa, host: host)
        let absent = try await worker.run { packages.filter { !downloads.holds($0) } }
        if !absent.isEmpty {
            let size = absent.reduce(0) { $0 + $1.size }
            progress(ImageProgress(isa: isa, step: .downloading(packages: absent.count, bytes: size)))
            try await download(absent, isa, root)
        }
        let text = try JSONEncoder().encode(packages)
        try AtomicFile.write(text, to: try pinFile(recipe, isa))
        return packages
    }

    private func download(_ packages: [DebianPackage], _ isa: ISA, _ root: AptRoot) async throws {
        let work = try WorkDirectory(in: layout.temporary)
        defer { work.remove() }
        try await root.download(packages, architecture: isa.debianArchitecture, into: work.path)
        try await worker.run { try downloads.adopt(packages, from: work.path) }
    }

    /// The packages that were found last time, if all of them are still here.
    private func pinned(_ recipe: ImageRecipe, _ isa: ISA) -> [DebianPackage]? {
        guard let file = try? pinFile(recipe, isa), let packages = DebianPackage.read(pins: file),
            packages.allSatisfy(downloads.holds)
        else { return nil }
        return packages
    }

    private func pinFile(_ recipe: ImageRecipe, _ isa: ISA) throws -> String {
        try layout.pins(of: recipe, isa: isa, host: host)
    }
}

extension AptRoot {
    /// The image store's.
    init(images layout: StoreLayout, _ aptConfiguration: String) throws {
        try self.init(directory: layout.apt, hostConfiguration: aptConfiguration) { tool, arguments, folder, purpose in
            try await HostTool(name: tool, package: "apt", failure: .archive)
                .run(arguments, in: folder, purpose: purpose)
        }
    }
}
