import Archives
import Binaries
import FoundationEssentials
import ISA
import Support
import TestSupport
import Testing

@testable import ImageStore

/// The recipe that ships, from the host's own Debian sources. This one needs the network.
@Suite struct DebianTests {
    private let scratch: Scratch
    private let store: ImageStore

    /// The repository's recipe, but with sources that are as small as they can be.
    private func recipe() throws -> ImageRecipe {
        var recipe = try store.recipe(named: "embedded")
        recipe.programs = [.init(source: ["guest/init.c"], path: "/init")]
        recipe.kernel = "kernel"
        return recipe
    }

    init() throws {
        scratch = try Scratch()
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let recipe = try #require(FileManager.default.contents(atPath: root + "/Images/embedded.yaml"))
        try scratch.write(Array(recipe), to: "share/embedded.yaml")
        try scratch.write("int main(void) { return 0; }\n", to: "share/guest/init.c")
        try scratch.write("obj-m := popcorn.o\nccflags-y += -I$(src)/include\n", to: "share/kernel/Kbuild")
        try scratch.write("#define GREETING \"test\"\n", to: "share/kernel/include/greeting.h")
        try scratch.write(
            """
            #include <linux/module.h>
            #include "greeting.h"
            static int __init start(void) { WARN_ON(!THIS_MODULE); pr_info(GREETING); return 0; }
            static void __exit stop(void) { }
            module_init(start);
            module_exit(stop);
            MODULE_LICENSE("GPL");

            """, to: "share/kernel/popcorn.c")
        store = ImageStore(
            directories: Directories(cache: scratch.path + "/cache", state: scratch.path, runtime: scratch.path),
            share: scratch.path + "/share")
    }

    private func files(_ image: GuestImage) throws -> [String: (ArchiveEntry, [UInt8])] {
        let bytes = try #require(FileManager.default.contents(atPath: image.initramfs))
        let reader = try ArchiveReader(bytes: Array(bytes), format: .cpio, name: image.initramfs)
        var result: [String: (ArchiveEntry, [UInt8])] = [:]
        while let entry = try reader.next() { result["/" + entry.path] = (entry, try reader.content()) }
        return result
    }

    @Test("both ISAs' images are built from Debian's packages, and a second build gives the same")
    func embedded() async throws {
        let recipe = try recipe()
        let images = try await store.ensure(recipe: recipe, isas: ISA.allCases)
        for isa in ISA.allCases {
            let image = try #require(images[isa])
            try check(image, isa)
        }
        #expect(images[.x86_64]?.kernelFormat == .vmlinux)
        #expect(images[.aarch64]?.kernelFormat == .image)
        // The tables in the binaries say the same as the busybox of this host's ISA when it is asked.
        let host = try #require(ISA.host.flatMap { images[$0] })
        let hostFiles = try files(host)
        let binary = try #require(hostFiles["/usr/bin/busybox"]?.1)
        try scratch.write(binary, to: "busybox")
        chmod(scratch.path + "/busybox", 0o755)
        let said = try await HostTool(name: scratch.path + "/busybox", package: "busybox")
            .run(["--list"], purpose: "list the applets")
        #expect(said.split(separator: "\n").map(String.init) == (try Busybox.applets(of: binary)))

        let ids = images.mapValues(\.id)
        for image in images.values { try store.remove(image.id) }
        #expect(try await store.ensure(recipe: recipe, isas: ISA.allCases).mapValues(\.id) == ids)
    }

    private func check(_ image: GuestImage, _ isa: ISA) throws {
        let files = try files(image)
        #expect(image.record.initramfs.size < 16 << 20)
        for program in [
            "/init", "/usr/bin/busybox", "/usr/sbin/dropbear", "/usr/lib/openssh/sftp-server", "/usr/sbin/tc",
        ] {
            let elf = try ELFFile(files[program]?.1 ?? [], name: program)
            #expect(elf.isa == isa, "\(program)")
        }
        #expect(files["/usr/bin/sh"]?.0.kind == .symlink("/usr/bin/busybox"))
        #expect(files["/lib"]?.0.kind == .symlink("usr/lib"))
        #expect(image.record.popcornModules == ["popcorn.ko"])
        let popcorn = try #require(files["/usr/lib/popcorn/popcorn.ko"]?.1)
        #expect(try ELFFile(popcorn, name: "popcorn.ko").content(of: ".debug_info") == nil)
        let whole = try #require(FileManager.default.contents(atPath: image.debugModules + "/popcorn.ko"))
        #expect(try ELFFile(Array(whole), name: "popcorn.ko").content(of: ".debug_info") != nil)

        let order = image.record.modules
        let names = order.compactMap(KernelModules.name(ofFile:))
        #expect(Set(names).isSuperset(of: ["virtio_net", "net_failover", "failover", "virtio_pci", "sch_netem"]))
        for (place, path) in order.enumerated() {
            let module = try #require(files[GuestFiles.merged(path)]?.1, "\(path)")
            for dependency in KernelModules.dependencies(of: module) {
                #expect(names[..<place].contains(dependency), "\(path) comes before \(dependency)")
            }
        }
        let listed = try #require(files["/etc/modules"]?.1)
        #expect(String(decoding: listed, as: UTF8.self) == order.map { $0 + "\n" }.joined())
    }

    @Test("a module that does not compile is told with the compiler's own words")
    func brokenModule() async throws {
        try scratch.write("#include <linux/module.h>\nint broken = undeclared_name;\n", to: "share/kernel/popcorn.c")
        let recipe = try recipe()
        let error = await #expect(throws: ImageError.self) { try await store.ensure(recipe: recipe, isas: [.aarch64]) }
        #expect(error?.code == .compile)
        #expect(error?.description.contains("undeclared_name") == true)
        #expect(scratch.names("cache/images/store") == [])
        #expect(scratch.names("cache/images/tmp") == [])
    }
}
