import Binaries
import FoundationEssentials
import ISA
import Support
import TestSupport
import Testing

@testable import ImageStore

@Suite struct KernelTests {
    /// An object file that says what the kernel's modules say in `.modinfo`.
    private func module(_ name: String, depends: String, _ scratch: Scratch) async throws -> KernelModules.Module {
        let info = #"__attribute__((section(".modinfo"))) const char"#
        try scratch.write(
            "\(info) a[] = \"license=GPL\"; \(info) b[] = \"depends=\(depends)\"; \(info) c[] = \"name=\(name)\";\n",
            to: "\(name).c")
        try await scratch.run("gcc", ["-c", "\(name).c", "-o", "\(name).ko"], package: "gcc")
        return .init(path: "/lib/modules/1/kernel/\(name).ko", content: try #require(scratch.read("\(name).ko")))
    }

    @Test("a module brings what it depends on, and what is built in is left out")
    func moduleClosure() async throws {
        let scratch = try Scratch()
        var modules = KernelModules()
        modules.add(try await module("virtio-net", depends: "net_failover,virtio", scratch))
        modules.add(try await module("net_failover", depends: "failover", scratch))
        modules.add(try await module("failover", depends: "", scratch))
        modules.add(try await module("other", depends: "", scratch))
        modules.add(builtin: "kernel/drivers/virtio/virtio.ko\nkernel/crypto/hmac.ko\n")
        let names = try modules.closure(of: ["virtio_net", "hmac"]).map { KernelModules.name(ofFile: $0.path) }
        #expect(names == ["failover", "net_failover", "virtio_net"])
        let error = #expect(throws: ImageError.self) { try modules.closure(of: ["virtio_nett"]) }
        #expect(error?.hint == "did you mean `virtio_net`?")
    }

    @Test("a compressed module is unpacked")
    func compressedModule() async throws {
        let scratch = try Scratch()
        let plain = try await module("a", depends: "", scratch)
        try await scratch.run("xz", ["a.ko"], package: "xz-utils")
        var modules = KernelModules()
        modules.add(.init(path: plain.path + ".xz", content: try #require(scratch.read("a.ko.xz"))))
        #expect(try modules.closure(of: ["a"]) == [plain])
    }

    @Test("modules are loaded after those that they depend on")
    func loadOrder() {
        let order = KernelModules.loadOrder("c.ko: b.ko a.ko\nb.ko: a.ko\na.ko:\nd.ko:\n")
        #expect(order == ["a.ko", "b.ko", "c.ko", "d.ko"])
        #expect(KernelModules.loadOrder("") == [])
        // A circle cannot be loaded in any order, but must not hang us.
        #expect(KernelModules.loadOrder("a.ko: b.ko\nb.ko: a.ko\n").count == 2)
    }

    @Test("libraries and the dynamic linker of a program are found from the program itself")
    func libraries() async throws {
        let scratch = try Scratch()
        try scratch.write("int main(void) { return 0; }\n", to: "a.c")
        try await scratch.run("gcc", ["a.c", "-o", "dynamic"], package: "gcc")
        let program = try #require(scratch.read("dynamic"))
        let elf = try ELFFile(program, name: "dynamic")
        #expect(elf.neededLibraries == ["libc.so.6"])
        let linker = try #require(elf.interpreter)
        let host = try #require(ISA.host)
        #expect(elf.isa == host)

        var files = GuestFiles()
        files.add("/bin/program", .file(program, mode: 0o755))
        files.add("/bin/alias", .symlink("program"))
        let missing = #expect(throws: ImageError.self) { try files.selection(["/bin/alias"], isa: host) }
        #expect(missing?.summary.contains("libc.so.6") == true)
        files.add("/lib/\(host.gnuTriplet)/libc.so.6", .symlink("libc-2.so"))
        files.add("/lib/\(host.gnuTriplet)/libc-2.so", .file(Array("text".utf8), mode: 0o755))
        files.add(linker, .file(Array("text".utf8), mode: 0o755))
        #expect(
            Set(try files.selection(["/usr/bin/al*"], isa: host).keys) == [
                "/usr/bin/alias", "/usr/bin/program", GuestFiles.merged(linker),
                "/usr/lib/\(host.gnuTriplet)/libc.so.6", "/usr/lib/\(host.gnuTriplet)/libc-2.so",
            ])
        let other: ISA = host == .x86_64 ? .aarch64 : .x86_64
        #expect(throws: ImageError.self) { try files.selection(["/bin/program"], isa: other) }
        #expect(throws: ImageError.self) { try files.selection(["/bin/nothing"], isa: host) }
    }

    @Test("damaged ELF files and kernels are told, not followed out of bounds")
    func damaged() throws {
        var elf: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1] + [UInt8](repeating: 0xFF, count: 58)
        #expect(throws: BinaryError.self) { try ELFFile(elf, name: "damaged") }
        #expect(KernelModules.dependencies(of: elf) == [])
        elf = [UInt8](repeating: 0xFF, count: 4096)
        elf.replaceSubrange(0x202..<0x206, with: "HdrS".utf8)
        #expect(KernelImage.vmlinux(bzImage: elf) == nil)
        #expect(try KernelImage(package: elf, isa: .x86_64).format == .bzImage)
        #expect(throws: ImageError.self) { try KernelImage(package: elf, isa: .aarch64) }
    }

    @Test("busybox tells its applets without being run")
    func applets() throws {
        let binary = Array("code [\0junk\0[\0[[\0ash\0mount\0sh\0zcat\0\0after\0".utf8)
        #expect(try Busybox.applets(of: binary) == ["[", "[[", "ash", "mount", "sh", "zcat"])
        #expect(throws: ImageError.self) { try Busybox.applets(of: Array("[\0[[\0ash\0".utf8)) }
    }
}
