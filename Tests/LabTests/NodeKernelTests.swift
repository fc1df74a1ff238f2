import FoundationEssentials
import ISA
import Hypervisor
import KernelFiles
import Support
import TestSupport
import Testing
import Topology
import UserInput

@testable import Lab

@Suite("Kernels of one's own, before anything boots")
struct NodeKernelTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private static let interface = """
        name: mine
        kernel_arguments: {x86-64: [for_x86=1]}
        machine:
          x86-64: {nic: e1000}
          aarch64: {nic: e1000}
        modules:
          - {name: core}
          - {name: layer, arguments: 'ip={addresses} dead_ms={dead_ms} key={secret}', waits_for_peers: true}
          - {name: extra, optional: true}
        peers: {count: 2, joined: 'mine (\\d+) (\\w+)'}
        failures: [{message: 'mine: broken \\d+', meaning: it is broken}]
        transport: {port: 30467}
        """

    private func interface(_ text: String = interface) throws -> KernelInterface {
        try KernelInterface(yaml: text, file: "mine.yaml")
    }

    private func kernel(_ isa: ISA = .x86_64, lacking: String? = nil, asModule: String? = nil) async throws -> String {
        var made = MadeKernel(scratch: scratch)
        made.configuration = MadeKernel.enough(isa).filter { $0 != lacking }
            .map { "CONFIG_\($0)=\($0 == asModule ? "m" : "y")\n" }.joined()
        return try scratch.write(try await isa == .x86_64 ? made.bzImage() : made.image(), to: "kernel-\(isa.rawValue)")
    }

    private func module(_ name: String, _ isa: ISA = .x86_64, versionMagic: String? = nil) async throws -> String {
        _ = try await MadeKernel(scratch: scratch).module(name, isa: isa, versionMagic: versionMagic)
        return scratch.file("\(name).ko")
    }

    private func node(_ isa: ISA = .x86_64) -> NodeSpec {
        NodeSpec(name: isa.nodeName, isa: isa, address: IPv4Address(10, 4, 4, 100))
    }

    private func resolve(
        _ path: String, _ modules: [String], nodes: Int = 2, nic: NetworkCard? = nil,
        image: (release: String, names: [String]) = ("6.1", []), text: String = interface,
        system: GuestSystem? = nil
    ) throws -> NodeKernel {
        var node = node()
        node.system = system
        return
            try NodeKernel(
                OwnKernel(path: path, interface: "mine", modules: modules, nic: nic), node: node,
                interface: try interface(text), nodeCount: nodes, imageModules: image)
    }

    private func problems(
        _ path: String, _ modules: [String], nodes: Int = 2, nic: NetworkCard? = nil,
        image: (release: String, names: [String]) = ("6.1", [])
    ) throws -> String {
        let error = try #require(throws: LabError.self) {
            try resolve(path, modules, nodes: nodes, nic: nic, image: image)
        }
        #expect(error.exitStatus == .usage)
        return error.details.joined(separator: "\n")
    }

    @Test("modules are loaded in the interface's order, and the others before the network")
    func order() async throws {
        let modules = [try await module("layer"), try await module("driver"), try await module("core")]
        let found = try resolve(try await kernel(), modules)
        #expect(found.layer.map(\.file.name) == ["core", "layer"])
        #expect(found.drivers.map(\.name) == ["driver"])
        #expect(found.nic == .e1000)
    }

    @Test("a kernel that cannot work is refused, with every reason")
    func refusals() async throws {
        let good = [try await module("core"), try await module("layer")]
        let wrongISA = try problems(try await kernel(.aarch64), good)
        #expect(wrongISA.contains("it is for aarch64, and the node is x86-64"))
        let plain = try problems(try await kernel(lacking: "BLK_DEV_INITRD"), good)
        #expect(plain.contains("built without CONFIG_BLK_DEV_INITRD: starts the guest from an initramfs"))
        let missing = try problems(try await kernel(), [good[0]])
        #expect(missing.contains("the module layer.ko of its message layer is missing"))
        let many = try problems(try await kernel(), good, nodes: 3)
        #expect(many.contains("compiled for 2 nodes, and the lab has 3"))
        let old = [good[0], try await module("layer", versionMagic: "4.4.1 SMP")]
        #expect(try problems(try await kernel(), old).contains("it was built for 4.4.1, the kernel is 4.4.137"))
        let foreign = [try await module("core"), try await module("layer", .aarch64)]
        #expect(try problems(try await kernel(), foreign).contains("it is for aarch64, the kernel for x86-64"))
        let two = try problems(try await kernel(lacking: "INET"), [good[0]])
        #expect(two.contains("CONFIG_INET") && two.contains("layer.ko"))
    }

    @Test("the driver of the network card may be built in, given, or the image's if that fits the kernel")
    func driver() async throws {
        let good = [try await module("core"), try await module("layer")]
        #expect(try problems(try await kernel(lacking: "E1000"), good).contains("CONFIG_E1000"))
        let path = try await kernel(asModule: "E1000")
        #expect(try problems(path, good).contains("is a module that is not given"))
        #expect(try resolve(path, good + [try await module("e1000")]).drivers.map(\.name) == ["e1000"])
        #expect(try resolve(path, good, image: ("4.4.137", ["e1000"])).drivers.isEmpty)
        #expect(try problems(path, good, image: ("6.1", ["e1000"])).contains("CONFIG_E1000"))
        #expect(try problems(path, good, nic: .virtioPCI).contains("virtio-net-pci"))
    }

    @Test("a system of one's own may load the driver of the network card itself")
    func ownDrivers() async throws {
        let good = [try await module("core"), try await module("layer")]
        let system = GuestSystem(initramfs: .file(try scratch.write("070701", to: "system.cpio")), disk: nil)
        #expect(try resolve(try await kernel(asModule: "E1000"), good, system: system).drivers.isEmpty)
        let lacking = try await kernel(lacking: "E1000")
        let error = try #require(throws: LabError.self) { try resolve(lacking, good, system: system) }
        #expect(error.details.contains { $0.hasPrefix("it was built without") && $0.contains("CONFIG_E1000") })
    }

    @Test("a tree that was built brings the modules that the interface names, and their drivers")
    func tree() async throws {
        let made = MadeKernel(scratch: scratch)
        _ = try await kernel(asModule: "E1000")
        let image = try #require(scratch.read("kernel-x86-64"))
        try scratch.write(image, to: "linux/arch/x86/boot/bzImage")
        for name in ["core", "layer", "other", "e1000"] {
            try scratch.write(try await made.module(name), to: "linux/drivers/\(name).ko")
        }
        let found = try resolve(scratch.file("linux"), [])
        #expect(found.layer.map(\.file.name) == ["core", "layer"])
        #expect(found.drivers.map(\.name) == ["e1000"])
        // What is named beats what lies there.
        let named = try await module("layer")
        #expect(try resolve(scratch.file("linux"), [named]).layer.map(\.file.path).last == named)
    }

    @Test(
        "the guest gets the modules with their arguments, the messages to look for, and entropy; the image's modules are off"
    )
    func overlay() async throws {
        var record = try Sample.record()
        record.spec.nodes[0].kernel = OwnKernel(path: "/k", interface: "mine")
        try scratch.write("ssh-ed25519 LOGIN\n", to: "state/labs/sample/id_ed25519.pub")
        try scratch.write("5ec4e7", to: "state/labs/sample/secret")
        try scratch.write("KEY", to: "state/labs/sample/nodes/x86/host_key")
        let modules = [try await module("layer"), try await module("driver"), try await module("core")]
        let overlay = GuestOverlay(
            record: record, node: record.nodes[0], paths: scratch.store.paths("sample"),
            kernel: try resolve(try await kernel(), modules))
        let archive = try overlay.archive()
        let text = String(decoding: try archive.serialized(), as: UTF8.self)
        for line in [
            "now /usr/lib/own/core.ko \nwait /usr/lib/own/layer.ko ip=10.4.4.100,10.4.4.101 key=5ec4e7\n",
            "/usr/lib/own/driver.ko\n", "joined=mine ([0-9]+) ([[:alnum:]_]+)\n", "quiet=0\n",
            "mine: broken [0-9]\tit is broken\n".replacing("[0-9]\t", with: "[0-9]+\t"),
        ] { #expect(text.contains(line), "\(line)") }
        #expect(archive.contains(GuestFile.entropy))
        #expect(archive.contains(GuestFile.moduleList))
        record.nodes[0].interface = try interface()
        let domain = try DomainSpec(
            node: record.nodes[0], of: record, paths: scratch.store.paths("sample"), kernel: "/k")
        #expect(domain.networkCard == .e1000)
        #expect(domain.commandLine.hasSuffix(" for_x86=1"))
    }

    @Test(
        "an interface is found by name, the user's own first, or by its path; an unknown one is told with the nearest")
    func interfaces() throws {
        try scratch.write(
            Self.interface.replacing("name: mine", with: "name: popcorn-4.4"), to: "Configs/interfaces/popcorn-4.4.yaml"
        )
        let store = InterfaceStore(environment: scratch.environment)
        #expect(try store.interface("popcorn-4.4").name == "popcorn-4.4")
        let error = try #require(throws: InputError.self) { try store.interface("popcorn-4.5") }
        #expect(error.summary == "there is no kernel interface 'popcorn-4.5'; did you mean 'popcorn-4.4'?")
        let own = try scratch.write(Self.interface, to: "state/config/interfaces/popcorn-4.4.yaml")
        #expect(try store.interface("popcorn-4.4").name == "mine")
        #expect(try store.interface(own).name == "mine")
        #expect(throws: InputError.self) { try store.interface("./none.yaml") }
    }

    @Test("what a lab's kernels do not offer is told with what to do instead")
    func notOffered() throws {
        var record = try Sample.record()
        try scratch.store.create(record)
        try LabAccess(environment: scratch.environment, name: "sample").require(.ps)
        var interface = try interface()
        interface.unavailable = [.ps: "read the log"]
        record.nodes[1].interface = interface
        try scratch.store.create(record)
        let access = try LabAccess(environment: scratch.environment, name: "sample")
        let error = try #require(throws: LabError.self) { try access.require(.ps) }
        #expect(error.code == .notOffered && error.hint == "read the log")
        #expect(error.summary.contains("arm's kernel (mine)"))
        try access.require(.ping)
    }
}
