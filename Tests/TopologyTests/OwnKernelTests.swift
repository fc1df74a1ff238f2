import Support
import Testing
import UserInput

@testable import Topology

@Suite("kernels of one's own in lab files")
struct OwnKernelTests {
    private static let file = "/labs/mine/lab.yaml"

    private func lab(_ text: String) throws(InputError) -> LabSpec { try LabSpec(yaml: text, file: Self.file) }

    private func failure(_ text: String) -> String {
        (#expect(throws: InputError.self) { try lab(text) })?.summary ?? ""
    }

    @Test("paths start at the lab file, and the printed lab reads back as the same")
    func paths() throws {
        let lab = try lab(
            """
            nodes:
              - isa: x86
                kernel: ../linux/arch/x86/boot/bzImage
                interface: popcorn-4.4
                modules: [../linux/msg_layer/msg_socket.ko, /lib/x.ko]
                initramfs: embedded
                machine: {nic: virtio-net-pci}
              - {isa: arm, kernel: /arm/Image, interface: popcorn-4.4}
            """)
        #expect(
            lab.nodes[0].kernel
                == OwnKernel(
                    path: "/labs/linux/arch/x86/boot/bzImage", interface: "popcorn-4.4",
                    modules: ["/labs/linux/msg_layer/msg_socket.ko", "/lib/x.ko"], nic: .virtioPCI))
        #expect(lab.nodes[1].kernel == OwnKernel(path: "/arm/Image", interface: "popcorn-4.4"))
        #expect(try LabSpec(yaml: lab.yaml, file: "/elsewhere/lab.yaml") == lab)
        let named = try self.lab("nodes: [{isa: x86, kernel: a, interface: ./mine.yaml}]")
        #expect(named.nodes[0].kernel?.interface == "/labs/mine/mine.yaml")
    }

    @Test("disks and logins are read, have defaults, and are printed as they are")
    func systems() throws {
        let lab = try lab(
            """
            nodes:
              - isa: x86
                kernel: k
                disk: {file: x86.img, format: qcow2, root: /dev/sda1, snapshot: false}
                machine: {disk: ahci}
                login: {ssh: me, key: id, password: "1"}
              - {isa: arm, kernel: k, disk: {file: /arm.img, format: raw}, initramfs: embedded}
              - {isa: arm, kernel: k, initramfs: mine.cpio, login: {console: root, password: secret}}
            """)
        let systems = lab.nodes.map(\.system)
        #expect(
            systems[0]
                == GuestSystem(
                    initramfs: .none,
                    disk: GuestDisk(
                        path: "/labs/mine/x86.img", format: .qcow2, root: "/dev/sda1", isSnapshot: false, model: .ahci),
                    login: GuestLogin(user: "me", password: "1", usesSSH: true, key: "/labs/mine/id")))
        #expect(systems[1] == GuestSystem(initramfs: .embedded, disk: GuestDisk(path: "/arm.img", format: .raw)))
        #expect(systems[1]?.disk?.isSnapshot == true && systems[1]?.login == GuestLogin(user: "root"))
        #expect(
            systems[2]
                == GuestSystem(
                    initramfs: .file("/labs/mine/mine.cpio"), disk: nil, login: GuestLogin(password: "secret")))
        #expect(try LabSpec(yaml: lab.yaml, file: "/elsewhere/lab.yaml") == lab)
    }

    @Test(
        "what makes no sense is told where it stands",
        arguments: [
            ("{isa: x86, interface: popcorn-4.4}", "1:31: error: 'interface' belongs to a kernel of one's own"),
            ("{isa: x86, modules: [a.ko]}", "'modules' belongs to a kernel of one's own"),
            ("{isa: x86, initramfs: mine.cpio}", "the node lacks the key 'kernel'"),
            (
                "{isa: x86, disk: {file: a, format: raw}}",
                "1:26: error: a disk or an initramfs of one's own needs a kernel"
            ),
            ("{isa: x86, kernel: a, disk: {file: a}}", "a disk lacks the key 'format'"),
            ("{isa: x86, kernel: a, disk: {file: a, format: vmdk}}", "'vmdk' is not a format of a disk"),
            (
                "{isa: x86, kernel: a, disk: {file: a, format: raw, snapshots: true}}",
                "unknown key 'snapshots' in a disk"
            ),
            ("{isa: x86, kernel: a, disk: {file: a, format: raw, root: vda}}", "'vda' is no device such as /dev/vda"),
            ("{isa: x86, kernel: a, login: {console: root}}", "'login' belongs to a disk or an initramfs"),
            ("{isa: x86, kernel: a, machine: {disk: ide}}", "'machine.disk' belongs to a disk"),
            ("{isa: x86, kernel: a, initramfs: b, login: {password: c}}", "expected either 'console' or 'ssh'"),
            ("{isa: x86, kernel: a, initramfs: b, login: {console: r, key: k}}", "'key' belongs to a login by SSH"),
            (
                "{isa: arm, kernel: a, machine: {disk: ide}, disk: {file: a, format: raw}}",
                "an aarch64 machine has no disk 'ide'"
            ),
            (
                "{isa: x86, kernel: a, disk: {file: d, format: raw, snapshot: false}}, "
                    + "{isa: arm, kernel: b, disk: {file: d, format: raw, snapshot: false}}",
                "nodes 'x86' and 'arm' both write to /labs/mine/d"
            ),
            ("{isa: x86, kernel: a, machine: {nic: rtl8139}}", "'rtl8139' is not a nic of a machine"),
            ("{isa: x86, kernel: a, machine: {disc: ide}}", "unknown key 'disc' in a machine"),
            ("{isa: x86, kernel: a, interface: Popcorn!}", "'Popcorn!' is not the name of an interface"),
            (
                "{isa: x86, kernel: a, interface: popcorn-4.4}, {isa: arm}",
                "node 'arm' has the interface embedded, node 'x86' has popcorn-4.4"
            ),
        ])
    func errors(nodes: String, expected: String) {
        let summary = failure("nodes: [\(nodes)]")
        #expect(summary.contains(expected), "\(summary)")
    }
}
