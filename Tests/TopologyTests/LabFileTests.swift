import FoundationEssentials
import Support
import Testing
import UserInput

@testable import Topology

@Suite("lab files")
struct LabFileTests {
    static let full = """
        name: tutorial
        nodes:
          - {isa: x86}
          - name: arm
            isa: aarch64
            vcpus: 4
            memory: 1G
            image: debug
            host: qemu+ssh://server/system
            cpus: 0-1,3
            numa: 0
            address: 10.9.9.7
        fabric:
          subnet: 10.9.9.0/28
          first_host: 5
          mtu: 1400
        message_layer:
          kind: msg_socket
          port: 4000
          dead_after: 5s
        """

    @Test("every key of a lab file takes effect")
    func everyKey() throws {
        let lab = try LabSpec(yaml: Self.full, file: "lab.yaml")
        #expect(lab.name == "tutorial")
        #expect(lab.fabric == FabricSpec(subnet: try IPv4Subnet(parsing: "10.9.9.0/28"), firstHost: 5, mtu: 1400))
        #expect(lab.messageLayer == MessageLayerSpec(kind: .msgSocket, port: 4000, deadMilliseconds: 5000))
        #expect(lab.nodes[0] == NodeSpec(name: "x86", isa: .x86_64, address: IPv4Address(10, 9, 9, 5)))
        #expect(
            lab.nodes[1]
                == NodeSpec(
                    name: "arm", isa: .aarch64, vcpus: 4, memoryMiB: 1024, image: "debug",
                    host: "qemu+ssh://server/system", cpus: try CPUList(parsing: "0-1,3"), numaNode: 0,
                    address: IPv4Address(10, 9, 9, 7)))
    }

    @Test("a file of nothing but ISAs is the lab that the short form makes")
    func defaults() throws {
        let lab = try LabSpec(yaml: "nodes: [{isa: x86}, {isa: arm}]", file: "lab.yaml")
        #expect(lab == (try LabSpec(spec: "x86,arm")))
    }

    @Test("the normalised form reads back to the same lab", arguments: [full, "nodes: [{isa: x86, name: 1e3}]"])
    func roundTrip(text: String) throws {
        let lab = try LabSpec(yaml: text, file: "lab.yaml")
        #expect(try LabSpec(yaml: lab.yaml, file: "again.yaml") == lab)
        #expect(try LabSpec(yaml: lab.yaml, file: "again.yaml").yaml == lab.yaml)
    }

    @Test("a record of a lab reads back to the same lab")
    func record() throws {
        let lab = try LabSpec(yaml: Self.full, file: "lab.yaml")
        #expect(try JSONDecoder().decode(LabSpec.self, from: JSONEncoder().encode(lab)) == lab)
    }

    @Test("given addresses are kept, and the others fill the gaps")
    func addresses() throws {
        let text = "nodes: [{isa: x86}, {isa: x86, address: 10.4.4.100}, {isa: arm}]"
        let lab = try LabSpec(yaml: text, file: "lab.yaml")
        #expect(lab.messageLayerAddresses.map(\.description) == ["10.4.4.101", "10.4.4.100", "10.4.4.102"])
    }

    @Test("comments, CRLF line ends, a byte order mark and document marks are fine")
    func decoration() throws {
        let text = "\u{feff}# a lab\r\n---\r\nnodes:\r\n- isa: x86 # one\r\n...\r\n"
        #expect(try LabSpec(yaml: text, file: "lab.yaml").nodes.count == 1)
    }

    @Test("aliases stand for what they name")
    func aliases() throws {
        let lab = try LabSpec(yaml: "nodes:\n- {isa: arm, memory: &m 1G}\n- {isa: x86, memory: *m}", file: "lab.yaml")
        #expect(lab.nodes.map(\.memoryMiB) == [1024, 1024])
    }

    static let shipped = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Configs").path

    @Test(
        "each lab that ships is valid and named after its file",
        arguments: try FileManager.default.contentsOfDirectory(atPath: shipped).filter { $0.hasSuffix(".yaml") })
    func shippedLabs(file: String) throws {
        let lab = try LabSpec(yamlFile: "\(Self.shipped)/\(file)")
        #expect(lab.name + ".yaml" == file)
        #expect(lab.isas.count == 2)
        #expect(try LabSpec(yaml: lab.yaml, file: file) == lab)
    }

    @Test("the labs that the documentation names ship")
    func shippedNames() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.shipped)
        for name in ["x86-arm.yaml", "x86-x86-arm.yaml", "four-mixed.yaml"] { #expect(files.contains(name)) }
    }

    @Test("the example of the documentation is valid")
    func documentation() throws {
        let page = try String(
            contentsOfFile: URL(filePath: Self.shipped).deletingLastPathComponent()
                .appending(path: "docs/topology.md").path, encoding: .utf8)
        let blocks = page.components(separatedBy: "```yaml\n").dropFirst()
        #expect(!blocks.isEmpty)
        for block in blocks {
            let text = block.components(separatedBy: "```")[0]
            #expect(throws: Never.self) { try LabSpec(yaml: text, file: "topology.md") }
        }
    }

    @Test("a file that cannot be read is reported by name")
    func unreadable() throws {
        for path in ["/nonexistent/lab.yaml", "/"] {
            let error = #expect(throws: InputError.self) { try LabSpec(yamlFile: path) }
            #expect(error?.code == .unreadableFile)
            #expect(error?.summary.contains("'\(path)'") == true)
        }
    }
}

extension String {
    /// The pieces of a text between appearances of `separator`.
    fileprivate func components(separatedBy separator: String) -> [String] {
        var pieces = [""]
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(separator) {
                pieces.append("")
                rest = rest.dropFirst(separator.count)
            } else {
                pieces[pieces.count - 1].append(rest.removeFirst())
            }
        }
        return pieces
    }

    @Test("kernel arguments are read, kept, and refused where they cannot be a command line")
    func kernelArguments() throws {
        let text = "nodes:\n  - {isa: x86, cmdline: 'loglevel=8 dyndbg=\"file a.c +p\"'}\n"
        let lab = try LabSpec(yaml: text, file: "l")
        #expect(lab.nodes[0].kernelArguments == "loglevel=8 dyndbg=\"file a.c +p\"")
        #expect(try LabSpec(yaml: lab.yaml, file: "l") == lab)
        for arguments in ["a\nb", "é", String(repeating: "x", count: 1025)] {
            var changed = lab
            changed.nodes[0].kernelArguments = arguments
            #expect(throws: InputError.self) { try changed.validate() }
        }
    }
}
