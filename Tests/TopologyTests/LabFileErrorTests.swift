import ISA
import Support
import Testing
import UserInput

@testable import Topology

@Suite("errors in lab files")
struct LabFileErrorTests {
    private func failure(of text: String, hostCPUs: CPUList? = nil) -> InputError? {
        let error = #expect(throws: InputError.self) {
            try LabSpec(yaml: text, file: "lab.yaml", hostCPUs: hostCPUs)
        }
        #expect(error?.code == .invalidFile)
        #expect(error?.exitStatus == .usage)
        return error
    }

    @Test(
        "each error is told once, with line, column and reason",
        arguments: [
            // What is not YAML, or not one document.
            ("", 1, 1, "the file is empty; expected a lab"),
            ("# nothing\n", 1, 1, "the file is empty"),
            ("---\n", 1, 1, "the file is empty"),
            ("nodes: [", 2, 1, "not valid YAML"),
            ("nodes:\n\t- isa: x86", 2, 1, "indent with spaces"),
            ("nodes: [{isa: x86}]\n---\nnodes: [{isa: arm}]\n", 3, 1, "a second YAML document"),
            ("nodes: [{isa: *gone}]", 1, 15, "undefined alias"),
            ("nodes: \u{1}", 1, 8, "not valid YAML"),
            // Structure.
            ("hello", 1, 1, "expected a lab as a mapping of keys to values, found 'hello'"),
            ("- isa: x86", 1, 1, "found a list"),
            ("name: a", 1, 1, "a lab lacks the key 'nodes'"),
            ("nodes:", 1, 7, "expected a list, found nothing"),
            ("nodes: 3", 1, 8, "'3' is not an ISA"),
            ("nodes: 'x86,,arm'", 1, 8, "item 2 of the list of nodes is empty"),
            ("nodes: ''", 1, 8, "the list of nodes is empty"),
            ("nodes: {isa: x86}", 1, 8, "expected a list, found a mapping"),
            ("nodes: []", 1, 8, "the lab has no nodes"),
            ("nodes: [x86]", 1, 9, "expected a node as a mapping of keys to values, found 'x86'"),
            ("nodes: [{isa: x86}]\nnode: 1", 2, 1, "unknown key 'node' in a lab; did you mean 'nodes'?"),
            ("nodes:\n- isa: x86\n  memroy: 1G", 3, 3, "unknown key 'memroy' in a node; did you mean 'memory'?"),
            ("nodes: [{isa: x86}]\nfabric: {colour: red}", 2, 10, "the keys are subnet, first_host, mtu"),
            ("nodes: [{isa: x86}]\nfabric: 10.4.4.0/24", 2, 9, "expected a fabric as a mapping"),
            ("nodes:\n- isa: x86\n  [a]: 1", 3, 3, "expected a key of a node, found a list"),
            // Keys that are given twice.
            ("nodes:\n- isa: x86\n  isa: arm", 3, 3, "the key 'isa' is given twice; the first is in line 2"),
            ("nodes: [{isa: x86, \"isa\": arm}]", 1, 20, "the key 'isa' is given twice"),
            (
                "nodes: [{isa: x86}]\nnodes: [{isa: arm}]", 2, 1,
                "the key 'nodes' is given twice; the first is in line 1"
            ),
            // Values of a node.
            ("nodes: [{vcpus: 2}]", 1, 9, "a node lacks the key 'isa'"),
            ("nodes: [{isa: }]", 1, 15, "expected a text, found nothing"),
            ("nodes: [{isa: x68}]", 1, 15, "'x68' is not an ISA; did you mean 'x86'?"),
            ("nodes: [{isa: [x86]}]", 1, 15, "expected a text, found a list"),
            ("nodes: [{isa: x86, name: Big}]", 1, 26, "lower-case"),
            ("nodes: [{isa: x86, name: arm}]", 1, 26, "named after aarch64 but its ISA is x86-64"),
            ("nodes: [{isa: x86, name: 12}]", 1, 26, "a number alone means the node's id"),
            ("nodes: [{isa: x86, name: a}, {isa: arm, name: a}]", 1, 47, "node 1 has the same name as node 0: 'a'"),
            ("nodes: [{isa: x86, vcpus: two}]", 1, 27, "expected a whole number, found 'two'"),
            ("nodes: [{isa: x86, vcpus: 2.5}]", 1, 27, "expected a whole number, found '2.5'"),
            ("nodes: [{isa: x86, vcpus: 0}]", 1, 27, "has 0 virtual CPUs; it may have 1 to 64"),
            ("nodes: [{isa: x86, vcpus: 65}]", 1, 27, "1 to 64"),
            ("nodes: [{isa: x86, vcpus: -1}]", 1, 27, "has -1 virtual CPUs"),
            ("nodes: [{isa: x86, memory: lots}]", 1, 28, "'lots' is not an amount of memory"),
            ("nodes: [{isa: x86, memory: 64}]", 1, 28, "has 64 MiB of memory; an x86-64 guest needs at least"),
            ("nodes: [{isa: arm, memory: 9999G}]", 1, 28, "at most 1048576 MiB"),
            ("nodes: [{isa: x86, image: ../x}]", 1, 27, "not the name of an image recipe"),
            ("nodes: [{isa: x86, host: server}]", 1, 26, "not a libvirt URI of QEMU"),
            ("nodes: [{isa: x86, host: 'xen:///system'}]", 1, 26, "not a libvirt URI of QEMU"),
            ("nodes: [{isa: x86, cpus: 1-0}]", 1, 26, "runs backwards"),
            ("nodes: [{isa: x86, numa: 5000}]", 1, 26, "0 to 1023"),
            ("nodes: [{isa: x86, address: 10.4.4}]", 1, 29, "'10.4.4' is not an IPv4 address"),
            ("nodes: [{isa: x86, address: 10.4.5.1}]", 1, 29, "outside the fabric's subnet 10.4.4.0/24"),
            ("nodes: [{isa: x86, address: 10.4.4.0}]", 1, 29, "the network address"),
            ("nodes: [{isa: x86, address: 10.4.4.255}]", 1, 29, "the broadcast address"),
            (
                "nodes:\n- {isa: x86, address: 10.4.4.9}\n- {isa: arm, address: 10.4.4.9}", 3, 23,
                "the same address as node 0: '10.4.4.9'"
            ),
            // Values of the lab, the fabric and the message layer.
            ("name: My Lab\nnodes: [{isa: x86}]", 1, 7, "cannot be the name of a lab"),
            ("nodes: [{isa: x86}]\nfabric: {subnet: 10.4.4.0}", 2, 18, "'10.4.4.0' is not a subnet"),
            ("nodes: [{isa: x86}]\nfabric: {subnet: 10.4.4.5/24}", 2, 18, "is 10.4.4.0/24"),
            ("nodes: [{isa: x86}]\nfabric: {mtu: 100}", 2, 15, "it may be 576 to 1500"),
            ("nodes: [{isa: x86}]\nfabric: {mtu: 9000}", 2, 15, "it may be 576 to 1500"),
            ("nodes: [{isa: x86}]\nmessage_layer: {kind: msg_sock}", 2, 23, "did you mean 'msg_socket'?"),
            ("nodes: [{isa: x86}]\nmessage_layer: {port: 65536}", 2, 23, "1 to 65535"),
            ("nodes: [{isa: x86}]\nmessage_layer: {dead_after: 5}", 2, 29, "a unit: ms, s, min or h"),
            ("nodes: [{isa: x86}]\nmessage_layer: {dead_after: 5ms}", 2, 29, "it may be 100ms to 1h"),
            (
                "nodes: [{isa: x86}, {isa: x86}, {isa: x86}]\nfabric: {subnet: 10.4.4.0/30}", 1, 33,
                "no free address for node 'x86-3'"
            ),
        ])
    func one(text: String, line: Int, column: Int, reason: String) throws {
        let diagnostics = try #require(failure(of: text)).diagnostics
        try #require(diagnostics.count == 1, "\(diagnostics.map(\.description))")
        #expect(diagnostics[0].position == SourcePosition(line: line, column: column), "\(diagnostics[0])")
        #expect(diagnostics[0].message.contains(reason), "\(diagnostics[0])")
    }

    @Test("a first host beyond the subnet is told, and nothing that follows from it")
    func firstHost() throws {
        let text = "nodes: [{isa: x86}, {isa: arm}]\nfabric: {first_host: 255}"
        #expect(failure(of: text)?.diagnostics.map(\.position) == [SourcePosition(line: 2, column: 22)])
    }

    @Test("all errors of a file are told in the order of its lines, as compilers do")
    func all() throws {
        let text = """
            name: Tutorial
            nodes:
              - isa: x68
                memroy: 1G
              - name: arm
                isa: arm
                isa: aarch64
                vcpus: many
                address: 10.4.5.101
            fabric:
              subnet: 10.4.4.0/24
            """
        let error = try #require(failure(of: text))
        #expect(
            error.summary == """
                lab.yaml: 6 errors
                lab.yaml:1:7: error: 'Tutorial' cannot be the name of a lab: \
                a name consists of lower-case letters, digits and hyphens
                name: Tutorial
                      ^
                lab.yaml:3:10: error: 'x68' is not an ISA; did you mean 'x86'? \
                (the accepted names are x86, arm, x86_64, x86-64, amd64, arm64, aarch64)
                  - isa: x68
                         ^
                lab.yaml:4:5: error: unknown key 'memroy' in a node; did you mean 'memory'?
                    memroy: 1G
                    ^
                lab.yaml:7:5: error: the key 'isa' is given twice; the first is in line 6
                    isa: aarch64
                    ^
                lab.yaml:8:12: error: expected a whole number, found 'many'
                    vcpus: many
                           ^
                lab.yaml:9:14: error: node 'arm' cannot have the address 10.4.5.101: \
                it lies outside the fabric's subnet 10.4.4.0/24
                    address: 10.4.5.101
                             ^
                """)
    }

    @Test("nothing is concluded from a value that could not be read")
    func noCascade() throws {
        let text =
            "nodes: [{isa: x86, address: 10.9.9.1, memory: 10}, 7, {isa: ar, memory: 10}]\nfabric: {subnet: 10.9.9}"
        let columns = try #require(failure(of: text)).diagnostics.map { [$0.position.line, $0.position.column] }
        #expect(columns == [[1, 47], [1, 52], [1, 61], [2, 18]])
    }

    @Test("more than 32 nodes are told at the first that is too many")
    func tooMany() throws {
        let text = "nodes:\n" + String(repeating: "- isa: x86\n", count: 40)
        let diagnostics = try #require(failure(of: text)).diagnostics
        #expect(diagnostics.map(\.position.line) == [34])
        #expect(diagnostics[0].message == "the lab has 40 nodes; it may have at most 32")
    }

    @Test("pinning to CPUs that this host lacks is an error here, and none on another host")
    func pinning() throws {
        let host = try CPUList(parsing: "0-1")
        let here = failure(of: "nodes: [{isa: x86, cpus: '1-2'}]", hostCPUs: host)
        #expect(here?.diagnostics.first?.message == "node 'x86' is pinned to CPU 2, but this host has the CPUs 0-1")
        #expect(throws: Never.self) {
            try LabSpec(
                yaml: "nodes: [{isa: x86, cpus: '1-2', host: 'qemu+ssh://big/system'}]", file: "lab.yaml",
                hostCPUs: host)
        }
    }

    @Test("a damaged lab file gives an error or a valid lab, never a crash")
    func damaged() throws {
        let whole = Array(LabFileTests.full.unicodeScalars)
        for index in whole.indices {
            for scalar: Unicode.Scalar in [
                "\n", "\t", " ", ":", "{", "[", "&", "*", "'", "\"", "-", "\u{0}", "\u{e000}",
            ] {
                var text = String.UnicodeScalarView()
                text.append(contentsOf: whole[..<index])
                text.append(scalar)
                text.append(contentsOf: whole[(index + 1)...])
                do {
                    try LabSpec(yaml: String(text), file: "lab.yaml").validate()
                } catch {
                    #expect(error.code == .invalidFile)
                    #expect(!error.diagnostics.isEmpty)
                }
            }
        }
    }

    @Test("depth and repetition without end are refused, not followed")
    func hostile() throws {
        #expect(failure(of: String(repeating: "[", count: 100_000)) != nil)
        #expect(failure(of: "nodes:\n- isa: x86\n" + String(repeating: "  vcpus: 1\n", count: 30)) != nil)
    }
}
