import FoundationEssentials
import ISA
import Support

/// The guest images of this host: built from recipes, kept by content.
package struct ImageStore: Sendable {
    /// The directory with the recipes and the sources that they name.
    package let share: String
    let layout: StoreLayout
    let aptConfiguration: String

    /// - Parameters:
    ///   - share: the repository's `Images` directory, or where it is installed.
    ///   - aptConfiguration: the host's apt directory, whose sources of Debian packages are used.
    package init(directories: Directories, share: String, aptConfiguration: String = "/etc/apt") {
        self.share = share
        self.aptConfiguration = aptConfiguration
        layout = StoreLayout(directories)
    }

    /// The names that `recipe(named:)` knows.
    package func recipes() -> [String] {
        layout.names(in: share).filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
    }

    /// Reads `NAME.yaml`.
    ///
    /// - Throws: `ImageError` if there is no such recipe, `InputError` with all errors that are in it.
    package func recipe(named name: String) throws -> ImageRecipe {
        let file = "\(share)/\(name).yaml"
        guard !name.contains("/"), let bytes = FileManager.default.contents(atPath: file) else {
            throw ImageError(
                .unknown, "there is no image recipe `\(name)` in \(share)",
                hint: "known recipes: \(recipes().joined(separator: ", "))")
        }
        return try ImageRecipe(yaml: String(decoding: bytes, as: UTF8.self), file: file)
    }

    /// The image of the recipe and its sources as they are now, if it was built already; needs no network.
    ///
    /// - Throws: `ImageError` if a source of the recipe is missing.
    package func lookup(recipe: ImageRecipe, isa: ISA) throws -> GuestImage? {
        GuestImage(directory: layout.key(try ImageKey(recipe: recipe, isa: isa, share: share))).map(placed)
    }

    /// The same image by its own directory, which stays when the key is given to a newer image.
    private func placed(_ image: GuestImage) -> GuestImage {
        GuestImage(directory: layout.image(image.id), record: image.record)
    }

    /// The images of some ISAs, built if they are not there.
    ///
    /// Builds of one image exclude each other: a second one waits, then takes the first one's result.
    /// - Parameters:
    ///   - refresh: build anew, with the newest packages.
    ///   - progress: called from any thread, at the beginning of each step.
    /// - Throws: `ImageError` and `SystemError`; nothing is left of a failed build but downloaded packages.
    package func ensure(
        recipe: ImageRecipe, isas: [ISA], refresh: Bool = false,
        progress: @escaping @Sendable (ImageProgress) -> Void = { _ in }
    ) async throws -> [ISA: GuestImage] {
        let began = ContinuousClock.now
        guard let host = ISA.host else {
            throw ImageError(.tool, "guest images can be built on x86-64 and aarch64 hosts only")
        }
        let worker = Worker("images")
        let wanted = Array(Set(isas)).sorted()
        let known = try await worker.run { try present(recipe, wanted) }
        var result = refresh ? [:] : known
        if result.count == wanted.count { return result }

        try layout.checkPath()
        try await worker.run {
            try layout.create()
            WorkDirectory.removeAbandoned(in: layout.temporary)
        }
        var keys: [ISA: ImageKey] = [:]
        for isa in wanted where result[isa] == nil { keys[isa] = try ImageKey(recipe: recipe, isa: isa, share: share) }
        progress(ImageProgress(isa: nil, step: .waiting))
        // In one order everywhere, so that two builds of two images cannot wait for each other.
        let paths = keys.keys.map { layout.lock("\(recipe.name)-\($0.rawValue)") }.sorted()
        let locks = try await worker.run {
            try paths.map { try FileLock.waiting(path: $0, purpose: "build the image `\(recipe.name)`") }
        }
        defer { withExtendedLifetime(locks) {} }
        // What another process has built while this one waited is new enough for `refresh` too.
        for (isa, image) in try await worker.run({ try present(recipe, wanted) }) where image != known[isa] || !refresh
        {
            result[isa] = image
            keys[isa] = nil
        }
        let stage = PackageStage(
            layout: layout, aptConfiguration: aptConfiguration, host: host, refresh: refresh, worker: worker,
            progress: progress)
        let packages = try await stage.packages(of: recipe, isas: keys.keys.sorted())
        let built = try await withThrowingTaskGroup(of: GuestImage.self) { group in
            for (isa, key) in keys {
                let builder = ImageBuilder(
                    recipe: recipe, isa: isa, host: host, key: key, share: share, layout: layout, progress: progress)
                group.addTask { try await builder.build(packages[isa] ?? [], began: began) }
            }
            return try await group.reduce(into: [ISA: GuestImage]()) { images, image in
                progress(ImageProgress(isa: image.isa, step: .done(image.id)))
                images[image.isa] = image
            }
        }
        return result.merging(built) { $1 }
    }

    private func present(_ recipe: ImageRecipe, _ isas: [ISA]) throws -> [ISA: GuestImage] {
        var result: [ISA: GuestImage] = [:]
        for isa in isas { result[isa] = try lookup(recipe: recipe, isa: isa) }
        return result
    }
}
