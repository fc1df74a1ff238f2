import ISA
import Testing
import UserInput

@testable import Topology

@Suite("Labs inside other files")
struct EmbeddedLabTests {
    /// The labs of a file that has them by name.
    private func labs(_ text: String, vcpus: DefaultVCPUs = .each(1)) throws(InputError) -> [LabSpec] {
        try YAMLReader.read(text, file: "f.yaml", as: "a file", keys: ["labs"]) { top in
            let labs = top.mapping("labs", as: "labs", keys: nil)
            return labs?.keys.compactMap { name in
                labs?.mapping(name, as: "a lab", keys: LabSpec.keys).flatMap {
                    LabSpec.reading($0, name: name, vcpus: vcpus)
                }
            }
        }
    }

    @Test(
        "the short form makes the same nodes as the command line's",
        arguments: ["x86,arm", "2*x86,arm", "origin=x86,remote=arm", " x86 , aarch64 ", "4*arm"])
    func short(list: String) throws {
        let spec = try LabSpec(spec: list, name: "pair", vcpus: .each(1))
        #expect(try labs("labs: {pair: {nodes: '\(list)'}}") == [spec])
        #expect(try LabSpec(yaml: "name: pair\nnodes: '\(list)'", file: "lab.yaml", vcpus: .each(1)) == spec)
    }

    @Test("a lab has the name that the file around it gives, unless it gives its own")
    func names() throws {
        #expect(try labs("labs: {a: {nodes: x86}, b: {nodes: arm, name: own}}").map(\.name) == ["a", "own"])
    }

    @Test("all of a lab can be said, and nodes without a number share the host's CPUs")
    func whole() throws {
        let text = """
            labs:
              big:
                nodes: [{isa: x86, memory: 1G}, {isa: arm, name: far, vcpus: 3}]
                fabric: {subnet: 10.9.0.0/24}
                message_layer: {dead_after: 10s}
            """
        let lab = try #require(try labs(text, vcpus: .each(2)).first)
        #expect(lab.nodes.map(\.vcpus) == [2, 3])
        #expect(lab.nodes.map(\.memoryMiB) == [1024, 512])
        #expect(lab.nodes.map(\.address.description) == ["10.9.0.100", "10.9.0.101"])
        #expect(lab.messageLayer.deadMilliseconds == 10_000)
        #expect(try lab.nodeID("far") == 1)
    }

    @Test(
        "errors stand where they are in the file around the lab",
        arguments: [
            ("labs: {a: {nodes: x86,amr}}", 1, 23, "unknown key 'amr'"),
            ("labs: {a: {nodes: 'x86,amr'}}", 1, 19, "'amr' is not an ISA; did you mean 'arm'?"),
            ("labs: {a: {nodes: 'a=x86,a=arm'}}", 1, 19, "node 1 has the same name as node 0: 'a'"),
            ("labs: {a: {nodes: '33*x86'}}", 1, 19, "'33' in '33*x86' is not a number of nodes from 1 to 32"),
            ("labs: {a: {nodes: [{isa: x86}, {isa: x86, vcpus: 65}]}}", 1, 50, "1 to 64"),
            ("labs: {a: {nodes: x86}, B: {nodes: arm}}", 1, 28, "'B' cannot be the name of a lab"),
            ("labs: {a: {nodes: x86, fabric: {mtu: 1}}}", 1, 38, "576 to 1500"),
            ("labs: {a: {nodes: 'x86,arm', fabric: {subnet: 10.0.0.0/30, first_host: 2}}}", 1, 19, "no free address"),
            ("labs: {a: {}}", 1, 11, "a lab lacks the key 'nodes'"),
        ])
    func errors(text: String, line: Int, column: Int, reason: String) throws {
        let error = try #require(throws: InputError.self) { try labs(text) }
        try #require(error.diagnostics.count == 1, "\(error)")
        #expect(error.diagnostics[0].position == SourcePosition(line: line, column: column), "\(error)")
        #expect(error.diagnostics[0].message.contains(reason), "\(error)")
    }
}
