import Support
import TestSupport
import Testing

@testable import Debian

/// The way from apt's sources to packages in the cache, without a network.
@Suite struct AptRootTests {
    private let scratch: Scratch
    private let archive: DebianArchive

    init() async throws {
        scratch = try Scratch()
        archive = try DebianArchive(scratch)
        try scratch.write("content\n", to: "tree/usr/share/thing")
        try await archive.publish([.init("thing", tree: "tree")])
    }

    @Test("the host's hooks do not run, and what is in the cache needs no download")
    func hooksAndCache() async throws {
        let hook = "{ \"echo ran >> \(scratch.file("hook"))\"; };\n"
        try scratch.write(
            "APT::Update::Pre-Invoke \(hook)APT::Update::Post-Invoke \(hook)APT::Update::Post-Invoke-Success \(hook)",
            to: "host.conf")
        let root = try AptRoot(directory: scratch.file("apt"), hostConfiguration: archive.configuration) {
            [scratch] tool, arguments, folder, _ in
            try await scratch.run(
                tool, arguments, package: "apt", in: folder, environment: ["APT_CONFIG": scratch.file("host.conf")])
        }
        try await root.update(architectures: ["amd64"])
        #expect(scratch.text("hook") == nil)
        let packages = try await root.packages(["thing"], architecture: "amd64", purpose: "find the thing")
        let cache = DownloadCache(directory: scratch.file("downloads"))
        try Directories.create(scratch.file("downloads"))
        try Directories.create(scratch.file("new"))
        #expect(packages.map(\.name) == ["thing"] && !packages.contains(where: cache.holds))
        try await root.download(packages, architecture: "amd64", into: scratch.file("new"))
        try cache.adopt(packages, from: scratch.file("new"))
        try archive.removePackages()
        #expect(packages.allSatisfy(cache.holds))
    }
}
