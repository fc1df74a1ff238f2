import FoundationEssentials
import Support
import TestSupport
import Topology

@testable import ImageStore

/// A Debian archive of small made-up packages on this disk, with the whole way from apt to an image and no network.
struct FakeArchive {
    let scratch: Scratch
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
        let own = "Types: deb\nURIs: file:\(scratch.path)/archive\nSuites: bookworm\nComponents: main\nTrusted: yes\n"
        try scratch.write(sources ?? own, to: "etc/sources.list.d/debian.sources")
        try await publish(kernelVersion: "1.0")
    }

    var store: ImageStore {
        ImageStore(
            directories: Directories(cache: cache, state: scratch.path, runtime: scratch.path), share: share,
            aptConfiguration: scratch.path + "/etc")
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
        let packages = [
            try await package("linux-image-tiny", version, tree: "kernel-\(version)", depends: nil),
            try await package("hello", "2.0", tree: "hello", depends: nil),
            try await package("shell", "1.0", tree: "hello", depends: "hello (>= 1), unwanted"),
            try await package("unwanted", "1.0", tree: "hello", depends: nil),
        ]
        let index = packages.joined(separator: "\n")
        var release = "Origin: Test\nSuite: bookworm\nCodename: bookworm\nComponents: main\n"
        release += "Architectures: amd64 arm64\nSHA256:\n"
        for architecture in ["amd64", "arm64"] {
            let file = "main/binary-\(architecture)/Packages"
            try scratch.write(index, to: "archive/dists/bookworm/\(file)")
            release += " \(SHA256.hex(of: Array(index.utf8))) \(index.utf8.count) \(file)\n"
        }
        try scratch.write(release, to: "archive/dists/bookworm/Release")
    }

    private func package(_ name: String, _ version: String, tree: String, depends: String?) async throws -> String {
        let file = try await scratch.deb(tree: tree, output: "archive/pool/\(name)_\(version)_all.deb")
        let size = (FileManager.default.contents(atPath: file) ?? Data()).count
        return """
            Package: \(name)
            Version: \(version)
            Architecture: all
            Maintainer: test
            Description: test
            Filename: pool/\(name)_\(version)_all.deb
            Size: \(size)
            SHA256: \(try SHA256.hex(ofFile: file))\(depends.map { "\nDepends: \($0)" } ?? "")

            """
    }
}
