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

    @Test(
        "what makes no sense is told where it stands",
        arguments: [
            ("{isa: x86, interface: popcorn-4.4}", "1:31: error: 'interface' belongs to a kernel of one's own"),
            ("{isa: x86, modules: [a.ko]}", "'modules' belongs to a kernel of one's own"),
            ("{isa: x86, kernel: a, initramfs: mine.cpio}", "'mine.cpio' is not a initramfs of a node"),
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
