import FoundationEssentials
import ISA
import Support
import Testing
import Topology

@testable import Hypervisor

@Suite("A domain's description")
struct DomainXMLTests {
    static func spec(_ isa: ISA = .x86_64, _ accelerator: Accelerator = .tcg) -> DomainSpec {
        DomainSpec(
            name: "lab <a>&'b\"-x86", uuid: "0f0e0d0c-0b0a-0908-0706-050403020100",
            metadata: LabMetadata(owner: "host:/state", lab: "l'\"<&>", labID: "id", node: "x86"), isa: isa,
            accelerator: accelerator,
            vcpus: 2, memoryMiB: 256, kernel: "/k <1>", initramfs: "/i&", commandLine: "a=<\"&'> b",
            disk: .init(path: "/d,isk", format: .qcow2), consoleSocket: "/c.sock", consoleLog: "/c,o.log",
            reportLog: "/r,e.log",
            management: .init(mac: "52:54:00:00:00:01", hostPort: 2200),
            fabric: .init(mac: "52:54:00:00:00:02", switchDirectory: "/sw,itch"),
            placement: .init(hostCPUs: [0, 1], memoryNodes: [0]))
    }

    @Test("libvirt accepts every machine we describe", arguments: ISA.allCases)
    func validates(isa: ISA) async throws {
        let lab = try TestLab()
        try await lab.run {
            let full = Self.spec(isa)
            var bare = try lab.guest("bare", isa: isa)
            bare.cpuModel = isa == .x86_64 ? "qemu64" : "cortex-a57"
            let specs = [full, bare]
            try await lab.hypervisor.withConnection { connection in
                let failures = try await connection.validate(specs)
                #expect(failures == [nil, nil])
            }
        }
    }

    @Test("libvirt accepts the cards that kernels without virtio or PCI know")
    func otherCards() async throws {
        var old = Self.spec()
        old.networkCard = .e1000
        var busless = Self.spec(.aarch64)
        (busless.networkCard, busless.virtioBus) = (.virtioMMIO, .mmio)
        let specs = [old, busless]
        #expect(try DomainXML.text(of: old).contains("e1000,netdev=fabric,id=nic-fabric"))
        let text = try DomainXML.text(of: busless)
        #expect(text.contains("virtio-net-device,netdev=fabric,id=nic-fabric"))
        #expect(text.contains("virtio-serial-device,id=report-bus"))
        #expect(!text.contains("virtio-net-pci"))
        let lab = try TestLab()
        try await lab.run {
            try await lab.hypervisor.withConnection { connection in
                let failures = try await connection.validate(specs)
                #expect(failures == [nil, nil])
            }
        }
    }

    @Test("libvirt's refusal is an error about the description")
    func refusal() async throws {
        let lab = try TestLab()
        try await lab.run {
            var guest = try lab.guest()
            guest.cpuModel = "no-such-cpu"
            let spec = guest
            let error = await #expect(throws: HypervisorError.self) {
                try await lab.hypervisor.withConnection { try await $0.start(spec) }
            }
            #expect(error?.summary.contains(spec.name) == true)
            #expect(error?.summary.contains("no-such-cpu") == true)
        }
    }

    @Test("no value can break out of its place")
    func escaping() throws {
        let text = try DomainXML.text(of: Self.spec())
        #expect(text.contains("<name>lab &lt;a&gt;&amp;&apos;b&quot;-x86</name>"))
        #expect(text.contains("<cmdline>a=&lt;&quot;&amp;&apos;&gt; b</cmdline>"))
        #expect(text.contains("<kernel>/k &lt;1&gt;</kernel>"))
        #expect(text.contains("<initrd>/i&amp;</initrd>"))
        // QEMU reads two commas as one inside an option, and `-set` takes the rest as it is.
        #expect(text.contains("vde,id=fabric,sock=/sw,,itch"))
        #expect(text.contains("file,id=report,path=/r,,e.log,append=on"))
        #expect(text.contains("logfile=/c,o.log\""))
    }

    @Test("accelerator and ISA choose machine and CPU")
    func machines() throws {
        let x86 = try DomainXML.text(of: Self.spec(.x86_64, .tcg))
        #expect(x86.contains("<domain type=\"qemu\""))
        #expect(x86.contains("<type arch=\"x86_64\" machine=\"q35\">hvm</type>"))
        #expect(x86.contains("<acpi/>"))
        #expect(x86.contains("mode=\"maximum\""))
        for slow in ["erms", "fsrm"] { #expect(x86.contains("<feature policy=\"disable\" name=\"\(slow)\"/>")) }
        let arm = try DomainXML.text(of: Self.spec(.aarch64, .tcg))
        #expect(arm.contains("<type arch=\"aarch64\" machine=\"virt\">hvm</type>"))
        #expect(!arm.contains("<acpi/>"))
        #expect(arm.contains("cortex-a72"))
        let kvm = try DomainXML.text(of: Self.spec(.x86_64, .kvm))
        #expect(kvm.contains("<domain type=\"kvm\""))
        #expect(kvm.contains("host-passthrough"))
        #expect(!kvm.contains("erms"))
    }

    @Test("the metadata is read back as it was written")
    func metadata() throws {
        for text in ["plain", "<&>'\"", "a\tb\nc", "ü €", "&amp;lt;"] {
            let metadata = LabMetadata(
                owner: text, lab: text, labID: "1", node: text, keeper: ProcessIdentity(pid: 7, startTime: 1 << 40))
            #expect(LabMetadata(xml: metadata.element.rendered()) == metadata)
        }
        for text in ["", "<", "<a", "<a b>", "<a name='x>", "<lab:member name=\"&bogus;\"/>", "<other/>"] {
            #expect(LabMetadata(xml: text) == nil, "\(text)")
        }
    }

    static let mistakes: [(String, @Sendable (inout DomainSpec) -> Void)] = [
        ("name", { $0.name = "" }),
        ("name", { $0.name = "a/b" }),
        ("name", { $0.name = "a\nb" }),
        ("UUID", { $0.uuid = "none" }),
        ("number of CPUs", { $0.vcpus = 0 }),
        ("memory", { $0.memoryMiB = 1 }),
        ("path of the kernel", { $0.kernel = "relative" }),
        ("network card", { $0.networkCard = .virtioMMIO }),
        ("virtio bus", { $0.virtioBus = .mmio }),
        ("path of the initramfs", { $0.initramfs = "" }),
        ("path of the disk", { $0.disk = .init(path: "disk", format: .raw) }),
        ("path of the console socket", { $0.consoleSocket = "/" + String(repeating: "x", count: 107) }),
        ("path of the switch directory", { $0.fabric?.switchDirectory = "/" + String(repeating: "x", count: 104) }),
        ("kernel command line", { $0.commandLine = "a\u{1}b" }),
        ("kernel command line", { $0.commandLine = String(repeating: "x", count: 2048) }),
        ("lab metadata", { $0.metadata.lab = "" }),
        ("MAC address", { $0.management?.mac = "52:54:00:00:00" }),
        ("MAC address", { $0.management?.mac = "53:54:00:00:00:01" }),
        ("MAC address", { $0.fabric?.mac = "52:54:00:00:00:01" }),
        ("MAC address", { $0.fabric?.mac = "52:54:00:00:00:+1" }),
        ("forwarded port", { $0.management?.hostPort = 0 }),
        ("CPU model", { $0.cpuModel = "max,foo=on" }),
    ]

    @Test("a mistake is reported with the domain and the field", arguments: mistakes.indices)
    func invalid(index: Int) {
        let (field, change) = Self.mistakes[index]
        var spec = Self.spec()
        spec.name = "the-domain"
        change(&spec)
        let error = #expect(throws: HypervisorError.self) { try DomainXML.text(of: spec) }
        #expect(error?.code == .invalidSpec)
        #expect(error?.summary.contains("domain \(spec.name): the \(field) `") == true, "\(error?.summary ?? "")")
    }
}
