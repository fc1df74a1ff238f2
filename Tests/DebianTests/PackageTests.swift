import FoundationEssentials
import Support
import TestSupport
import Testing

@testable import Debian

@Suite struct PackageTests {
    @Test("third parties' and disabled sources are left out, options are kept")
    func sources() throws {
        let scratch = try Scratch()
        try scratch.write(
            """
            # deb http://mirror.invalid/debian bookworm main
            deb [arch=amd64 signed-by=/k/debian-archive-keyring.gpg] http://one.invalid/debian bookworm main contrib # x
            deb-src http://one.invalid/debian bookworm main
            deb http://cloud.invalid/apt cloud-sdk-bookworm main
            deb http://docker.invalid/linux/debian bookworm stable
            deb [signed-by=/k/wine.gpg] http://wine.invalid/debian bookworm main
            """, to: "sources.list")
        try scratch.write(
            """
            Types: deb deb-src
            URIs: http://two.invalid/debian
            Suites: bookworm bookworm-updates
             bookworm-backports
            Components: main non-free
            Signed-By: /k/debian-archive-keyring.gpg

            Enabled: no
            Types: deb
            URIs: http://off.invalid/debian
            Suites: bookworm
            Components: main
            """, to: "sources.list.d/a.sources")
        try scratch.write("deb http://no.invalid/debian bookworm main\n", to: "sources.list.d/b.list.disabled")
        let sources = try AptSources(directory: scratch.path)
        let uris = sources.text.split(separator: "\n").filter { $0.hasPrefix("URIs") }
        #expect(uris == ["URIs: http://one.invalid/debian", "URIs: http://two.invalid/debian"])
        #expect(sources.text.contains("Suites: bookworm bookworm-updates\nComponents: main\nsigned-by: /k/"))
    }

    @Test("a host without Debian sources is told so")
    func noSources() throws {
        let scratch = try Scratch()
        let error = #expect(throws: DebianError.self) { try AptSources(directory: scratch.path) }
        #expect(error?.exitStatus == .unavailable)
    }

    @Test("dependencies are followed through alternatives and virtual packages, but not into what is excluded")
    func closure() {
        let graph = DependencyGraph(
            """
            a
             |Depends: first
              Depends: second
              Depends: <virtual>
                real
                other
              PreDepends: c
            c
              Depends: unwanted
            first
            real
            unwanted
              Depends: more
            more
            """)
        let found = graph.closure(of: ["a"]) { $0 == "unwanted" }
        #expect(found == ["a", "c", "first", "real"])
        #expect(!graph.contains("second"))
    }

    @Test("what apt prints about a package is read with epochs and encoded versions")
    func printedURI() throws {
        let digest = String(repeating: "ab", count: 32)
        let line = "'http://x/libaudit1_3.0%2b1_arm64.deb' libaudit1_1%3a3.0+1_arm64.deb 46104 SHA256:\(digest)"
        let package = try #require(DebianPackage(printedURI: line))
        #expect(
            package == .init(name: "libaudit1", version: "1:3.0+1", architecture: "arm64", sha256: digest, size: 46104))
        #expect(DebianPackage(printedURI: "'http://x' a_1_all.deb 1 MD5Sum:00") == nil)
        #expect(DebianPackage(printedURI: "E: nothing") == nil)
    }

    @Test("a harmed download is noticed and thrown away")
    func harmedDownload() throws {
        let scratch = try Scratch()
        let content = Array("package".utf8)
        let package = DebianPackage(
            name: "a", version: "1", architecture: "all", sha256: SHA256.hex(of: content), size: content.count)
        let cache = DownloadCache(directory: scratch.path)
        try AtomicFile.write(content, to: cache.path(of: package))
        #expect(cache.holds(package))
        try AtomicFile.write("packagf", to: cache.path(of: package))
        #expect(!cache.holds(package))
        #expect(access(cache.path(of: package), F_OK) != 0)
        try scratch.write("something else", to: "new/a.deb")
        #expect(throws: DebianError.self) { try cache.adopt([package], from: scratch.path + "/new") }
    }
}
