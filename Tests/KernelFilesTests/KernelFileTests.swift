import ISA
import Support
import TestSupport
import Testing

@testable import KernelFiles

@Suite struct KernelFileTests {
    private let made: MadeKernel
    private var scratch: Scratch { made.scratch }

    init() throws { made = try MadeKernel() }

    private func error(_ bytes: [UInt8]) throws -> KernelError {
        let path = try scratch.write(bytes, to: "kernel")
        return try #require(throws: KernelError.self) { try KernelFile(path: path) }
    }

    @Test("every form of a kernel tells its ISA, its release, and the options that it carries")
    func forms() async throws {
        var made = made
        made.configuration = "CONFIG_INET=y\n# CONFIG_PCI is not set\nCONFIG_E1000=m\nCONFIG_HZ=250\n"
        let forms: [(KernelFile.Format, ISA, [UInt8])] = [
            (.bzImage, .x86_64, try await made.bzImage()), (.image, .aarch64, try await made.image()),
            (.packedImage, .aarch64, try await made.packedImage()),
        ]
        for (format, isa, bytes) in forms {
            let kernel = try KernelFile(path: try scratch.write(bytes, to: "kernel"))
            #expect(kernel.format == format)
            #expect(kernel.isa == isa)
            #expect(kernel.release == "4.4.137")
            #expect(kernel.isBootable)
            #expect(kernel.banner.hasPrefix("4.4.137 (a@b)"))
            let options = try #require(kernel.configuration)
            #expect(options.origin == .image)
            #expect(options["INET"] == .builtIn)
            #expect(options["PCI"] == nil)
            #expect(options["E1000"] == .module)
            #expect(options["HZ"] == .other("250"))
        }
    }

    @Test("without options of its own, those of .config above it or of config-RELEASE beside it count")
    func optionsNearby() async throws {
        try scratch.write("CONFIG_PCI=y\n", to: "linux/.config")
        let built = try scratch.write(try await made.bzImage(), to: "linux/arch/x86/boot/bzImage")
        let options = try #require(try KernelFile(path: built).configuration)
        #expect(options.origin == .file(scratch.file("linux/.config")))
        #expect(options["PCI"] == .builtIn)

        try scratch.write("CONFIG_INET=y\n", to: "boot/config-4.4.137")
        let installed = try scratch.write(try await made.bzImage(), to: "boot/vmlinuz-4.4.137")
        #expect(try KernelFile(path: installed).configuration?["INET"] == .builtIn)

        let alone = try scratch.write(try await made.bzImage(), to: "a/b/c/d/e/bzImage")
        #expect(try KernelFile(path: alone).configuration == nil)
    }

    @Test("what is no kernel is named as what it is")
    func noKernel() async throws {
        #expect(try error(Array("hello".utf8)).summary.contains("is not a kernel"))
        #expect(try error([]).summary.contains("is not a kernel"))
        #expect(try error(try await made.module("m")).summary.contains("a module, not a kernel"))
        let program = Array(try AtomicFile.contents(of: "/bin/true"))
        #expect(try error(program).summary.contains("a program, not a kernel"))
        let missing = try #require(throws: KernelError.self) { try KernelFile(path: scratch.file("none")) }
        #expect(missing.summary.contains("No such file"))
        let directory = try #require(throws: KernelError.self) { try KernelFile(path: scratch.path) }
        #expect(directory.summary.contains("not a regular file"))
    }

    @Test("a kernel that was cut off anywhere is an error that says so")
    func truncated() async throws {
        // An Image says how much memory it takes, which is more than its file by any amount.
        let shares = [(try await made.bzImage(), [0.85, 0.95]), (try await made.packedImage(), [0.4, 0.9])]
        for (bytes, shares) in shares + [(try await made.image(), [0.1, 0.4])] {
            for share in shares {
                let summary = try error(Array(bytes.prefix(Int(Double(bytes.count) * share)))).summary
                #expect(summary.contains("truncated") || summary.contains("damaged"), "\(share): \(summary)")
            }
        }
    }

    @Test("a module tells what it was built for, and why it does not fit")
    func modules() async throws {
        let kernel = try KernelFile(path: try scratch.write(try await made.bzImage(), to: "kernel"))
        let module = try KernelModuleFile(try await made.module("msg-socket"), path: "x/msg-socket.ko")
        #expect(module.name == "msg_socket")
        #expect(module.release == "4.4.137")
        #expect(module.dependencies == ["a_b", "c"])
        #expect(module.parameters == ["ip"])
        #expect(module.objection(to: kernel) == nil)
        let old = try KernelModuleFile(try await made.module("old", versionMagic: "4.4.55 SMP"), path: "old.ko")
        #expect(old.objection(to: kernel) == "it was built for 4.4.55, the kernel is 4.4.137")
        let arm = try KernelModuleFile(try await made.module("arm", isa: .aarch64), path: "arm.ko")
        #expect(arm.objection(to: kernel) == "it is for aarch64, the kernel for x86-64")
        #expect(throws: KernelError.self) { try KernelModuleFile(Array("text".utf8), path: "text.ko") }
        #expect(throws: KernelError.self) {
            try KernelModuleFile(Array(try AtomicFile.contents(of: "/bin/true")), path: "a.ko")
        }
    }
}
