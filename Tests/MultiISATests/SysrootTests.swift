import FoundationEssentials
import ISA
import Support
import TestSupport
import Testing

@testable import MultiISA

/// musl for both ISAs, out of an archive on this disk.
@Suite struct SysrootTests {
    @Test("the packages of a sysroot stay in the cache, from which it can be made again")
    func cached() async throws {
        let scratch = try Scratch(), archive = try DebianArchive(scratch)
        for isa in ISA.allCases {
            try scratch.write("\(isa)\n", to: "\(isa.nodeName)/usr/lib/\(isa.muslTriplet)/libc.a")
        }
        try await archive.publish(
            ISA.allCases.map { .init("musl-dev", architecture: $0.debianArchitecture, tree: $0.nodeName) })
        let directories = Directories(cache: scratch.file("cache"), state: scratch.path, runtime: scratch.path)
        let first = try await Sysroot.prepare(directories, aptConfiguration: archive.configuration)
        #expect(scratch.names("cache/downloads").count == ISA.allCases.count)
        #expect(scratch.names("cache/sysroots/musl") == ["aarch64", "x86-64"])

        try FileManager.default.removeItem(atPath: first.directory)
        try archive.removePackages()
        let second = try await Sysroot.prepare(directories, aptConfiguration: archive.configuration)
        for isa in ISA.allCases {
            #expect(try String(contentsOfFile: second.libraries(isa) + "/libc.a", encoding: .utf8) == "\(isa)\n")
        }
    }
}
