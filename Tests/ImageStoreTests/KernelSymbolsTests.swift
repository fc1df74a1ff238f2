import ISA
import Support
import TestSupport
import Testing

@testable import ImageStore

@Suite("Debug symbols of Debian's kernels")
struct KernelSymbolsTests {
    private static let release = "6.1.0-9-cloud-amd64"

    @Test("vmlinux is taken out of the package, kept, and then needs no archive")
    func fetched() async throws {
        let scratch = try Scratch()
        let archive = try DebianArchive(scratch)
        try scratch.write("symbols\n", to: "dbg/usr/lib/debug/boot/vmlinux-\(Self.release)")
        try scratch.write("more\n", to: "dbg/usr/lib/debug/lib/modules/a.ko")
        try await archive.publish([
            .init("linux-image-\(Self.release)-dbg", architecture: "amd64", tree: "dbg"),
            .init("linux-image-empty-dbg", architecture: "amd64", tree: "dbg"),
        ])
        let store = ImageStore(
            directories: Directories(cache: scratch.path + "/cache", state: scratch.path, runtime: scratch.path),
            share: scratch.path, aptConfiguration: archive.configuration)
        #expect(store.kernelSymbols(release: Self.release, isa: .x86_64) == nil)
        let path = try await store.fetchKernelSymbols(release: Self.release, isa: .x86_64)
        #expect(Array(try AtomicFile.contents(of: path)) == Array("symbols\n".utf8))
        // The package itself is large.
        #expect(store.layout.names(in: store.layout.downloads).isEmpty)
        #expect(store.kernelSymbols(release: Self.release, isa: .aarch64) == nil)

        await #expect(throws: ImageError.self) { try await store.fetchKernelSymbols(release: "empty", isa: .x86_64) }
        await #expect(throws: (any Error).self) { try await store.fetchKernelSymbols(release: "6.0", isa: .x86_64) }
        try archive.removePackages()
        #expect(try await store.fetchKernelSymbols(release: Self.release, isa: .x86_64) == path)
        #expect(store.kernelSymbols(release: Self.release, isa: .x86_64) == path)
    }
}
