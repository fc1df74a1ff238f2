import FoundationEssentials
import Support
import TestSupport

@testable import ImageStore

/// A Debian archive of small made-up packages on this disk, with the whole way from apt to an image and no network.
struct FakeArchive {
    let scratch: Scratch
    private let archive: DebianArchive
    var share: String { scratch.path + "/share" }
    var cache: String { scratch.path + "/cache" }
    var images: String { cache + "/images" }

    static let recipe = """
        name: tiny
        packages: [linux-image-tiny, shell]
        files: [/bin/hello]
        programs:
          - { source: guest/init.c, path: /init }

        """

    /// - Parameter sources: the host's apt sources; `nil` for the made-up archive.
    init(sources: String? = nil) async throws {
        scratch = try Scratch()
        try scratch.write(Self.recipe, to: "share/tiny.yaml")
        try scratch.write("int main(void) { return 0; }\n", to: "share/guest/init.c")
        archive = try DebianArchive(scratch, sources: sources)
        try await publish(kernelVersion: "1.0")
    }

    var store: ImageStore {
        ImageStore(
            directories: Directories(cache: cache, state: scratch.path, runtime: scratch.path), share: share,
            aptConfiguration: archive.configuration)
    }

    func recipe() throws -> ImageRecipe { try store.recipe(named: "tiny") }

    func ensure(refresh: Bool = false) async throws -> GuestImage? {
        try await store.ensure(recipe: try recipe(), isas: [.x86_64], refresh: refresh)[.x86_64]
    }

    /// Puts a kernel of this version and a package that depends on it into the archive.
    func publish(kernelVersion version: String) async throws {
        try scratch.write("not a real kernel, version \(version)\n", to: "kernel-\(version)/boot/vmlinuz-\(version)")
        try scratch.write("hello\n", to: "hello/bin/hello")
        try scratch.write("manual\n", to: "hello/usr/share/doc/hello/README")
        try await archive.publish([
            .init("linux-image-tiny", version, tree: "kernel-\(version)"), .init("hello", "2.0", tree: "hello"),
            .init("shell", tree: "hello", depends: "hello (>= 1), unwanted"), .init("unwanted", tree: "hello"),
        ])
    }
}
