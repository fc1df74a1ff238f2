import FoundationEssentials
import Support

/// A Debian archive of small made-up packages on this disk, so that apt needs no network.
public struct DebianArchive: Sendable {
    public struct Package: Sendable {
        var name: String
        var version: String
        var architecture: String
        var tree: String
        var depends: String?

        /// - Parameters:
        ///   - tree: the directory below the scratch directory that holds the package's files.
        ///   - depends: the field of this name.
        public init(
            _ name: String, _ version: String = "1.0", architecture: String = "all", tree: String,
            depends: String? = nil
        ) {
            self.name = name
            self.version = version
            self.architecture = architecture
            self.tree = tree
            self.depends = depends
        }

        var file: String { "pool/\(name)_\(version)_\(architecture).deb" }
    }

    private let scratch: Scratch

    /// Puts the archive into a scratch directory, with apt sources that name it, or others.
    public init(_ scratch: Scratch, sources: String? = nil) throws {
        self.scratch = scratch
        let own = "Types: deb\nURIs: file:\(scratch.path)/archive\nSuites: bookworm\nComponents: main\nTrusted: yes\n"
        try scratch.write(sources ?? own, to: "etc/sources.list.d/debian.sources")
    }

    /// What stands for the host's `/etc/apt`.
    public var configuration: String { scratch.file("etc") }

    /// Makes these the packages of the archive.
    public func publish(_ packages: [Package]) async throws {
        var entries: [(architecture: String, text: String)] = []
        for package in packages { entries.append((package.architecture, try await entry(package))) }
        var release = "Origin: Test\nSuite: bookworm\nCodename: bookworm\nComponents: main\n"
        release += "Architectures: amd64 arm64\nSHA256:\n"
        for architecture in ["amd64", "arm64"] {
            let index = entries.filter { ["all", architecture].contains($0.architecture) }.map(\.text)
                .joined(separator: "\n")
            let file = "main/binary-\(architecture)/Packages"
            try scratch.write(index, to: "archive/dists/bookworm/\(file)")
            release += " \(SHA256.hex(of: Array(index.utf8))) \(index.utf8.count) \(file)\n"
        }
        try scratch.write(release, to: "archive/dists/bookworm/Release")
    }

    /// Takes the packages away and leaves the lists of them.
    public func removePackages() throws { try FileManager.default.removeItem(atPath: scratch.file("archive/pool")) }

    private func entry(_ package: Package) async throws -> String {
        let file = try await scratch.deb(tree: package.tree, output: "archive/\(package.file)")
        let size = (FileManager.default.contents(atPath: file) ?? Data()).count
        return """
            Package: \(package.name)
            Version: \(package.version)
            Architecture: \(package.architecture)
            Maintainer: test
            Description: test
            Filename: \(package.file)
            Size: \(size)
            SHA256: \(try SHA256.hex(ofFile: file))\(package.depends.map { "\nDepends: \($0)" } ?? "")

            """
    }
}
