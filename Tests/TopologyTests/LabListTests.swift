import ISA
import Support
import Testing
import UserInput

@testable import Topology

@Suite("labs from a list of ISAs")
struct LabListTests {
    @Test("x86,arm makes the tutorial's lab")
    func tutorial() throws {
        let lab = try LabSpec(spec: "x86,arm")
        #expect(lab.name == "default")
        #expect(lab.nodes.map(\.name) == ["x86", "arm"])
        #expect(lab.nodes.map(\.isa) == [.x86_64, .aarch64])
        #expect(lab.messageLayerAddresses.map(\.description) == ["10.4.4.100", "10.4.4.101"])
        #expect(
            lab.nodes.allSatisfy { $0.vcpus == 2 && $0.memoryMiB == 512 && $0.image == "embedded" && $0.host == nil })
        #expect(lab.messageLayer.port == 30467)
        #expect(lab.isas == [.aarch64, .x86_64])
    }

    @Test(
        "without a number, nodes have the virtual CPUs that the host has for each, one or two",
        arguments: [
            (1, "x86,arm", 1), (2, "x86,arm", 1), (3, "x86,arm", 1), (4, "x86,arm", 2), (64, "x86,arm", 2),
            (8, "4*x86,4*arm", 1), (2, "x86", 2),
        ])
    func shares(hostCPUs: Int, spec: String, vcpus: Int) throws {
        let lab = try LabSpec(spec: spec, vcpus: .sharing(hostCPUs: hostCPUs))
        #expect(lab.nodes.allSatisfy { $0.vcpus == vcpus })
    }

    @Test("a number in a lab file stands, whatever the host has")
    func ownNumber() throws {
        let text = "nodes: [{isa: x86, vcpus: 4}, {isa: arm}]"
        #expect(try LabSpec(yaml: text, file: "l", vcpus: .sharing(hostCPUs: 2)).nodes.map(\.vcpus) == [4, 1])
        #expect(try LabSpec(yaml: text, file: "l", vcpus: .each(3)).nodes.map(\.vcpus) == [4, 3])
    }

    @Test("the CPUs that this process may run on are known")
    func usable() throws {
        let usable = try #require(CPUList.usable)
        let online = try #require(CPUList.online)
        #expect(usable.count > 0)
        #expect(usable.cpus.allSatisfy(online.contains))
    }

    @Test("every name of an ISA is accepted", arguments: ISA.acceptedNames)
    func aliases(name: String) throws {
        #expect(try LabSpec(spec: name).nodes[0].isa == ISA(anyName: name))
    }

    @Test(
        "nodes of one ISA are numbered from the second on, around given names",
        arguments: [
            ("x86,x86,arm,x86", ["x86", "x86-2", "arm", "x86-3"]),
            ("2*x86, arm", ["x86", "x86-2", "arm"]),
            ("x86,x86=amd64", ["x86-2", "x86"]),
            ("origin=x86,remote=arm", ["origin", "remote"]),
        ])
    func names(spec: String, names: [String]) throws {
        #expect(try LabSpec(spec: spec).nodes.map(\.name) == names)
    }

    @Test("32 nodes are a lab, and all differ in name and address")
    func most() throws {
        let lab = try LabSpec(spec: "16*x86,16*arm")
        #expect(lab.nodes.count == 32)
        #expect(Set(lab.nodes.map(\.name)).count == 32)
        #expect(Set(lab.messageLayerAddresses).count == 32)
    }

    @Test(
        "a wrong list is refused, and why",
        arguments: [
            ("", "empty"), (" ", "empty"), ("x86,,arm", "item 2"), ("x86,", "item 2"), ("x68", "did you mean 'x86'?"),
            ("riscv", "accepted names are x86, arm"), ("17*x86,16*arm", "33 nodes"), ("33*x86", "from 1 to 32"),
            ("0*x86", "from 1 to 32"), ("*x86", "from 1 to 32"), ("x86*2", "'2' is not an ISA"),
            ("=x86", "must not be empty"),
            ("a=x86,a=arm", "same name"), ("A=x86", "lower-case"), ("arm=x86", "its ISA is x86-64"),
            ("7=x86", "node's id"),
            ("a=2*x86", "'2*x86' is not an ISA"),
        ])
    func wrong(spec: String, reason: String) {
        let error = #expect(throws: InputError.self) { try LabSpec(spec: spec) }
        #expect(error?.summary.contains(reason) == true, "\(String(describing: error))")
        #expect(error?.hint != nil)
        #expect(error?.exitStatus == .usage)
    }

    @Test("all wrong items are told at once")
    func several() {
        let error = #expect(throws: InputError.self) { try LabSpec(spec: "x68,arm,sparc") }
        #expect(error?.summary.contains("'x68'") == true)
        #expect(error?.summary.contains("'sparc'") == true)
    }

    @Test("a bad lab name is refused")
    func labName() {
        #expect(throws: InputError.self) { try LabSpec(spec: "x86", name: "../x") }
    }

    @Test("a node is found by name, by id, and by an ISA that only it has")
    func lookup() throws {
        let lab = try LabSpec(spec: "origin=x86,same=x86,remote=arm")
        #expect(try lab.nodeID("same") == 1)
        #expect(try lab.nodeID("2") == 2)
        #expect(try lab.nodeID("arm64") == 2)
        let ambiguous = #expect(throws: InputError.self) { try lab.nodeID("x86") }
        #expect(ambiguous?.hint?.contains("origin (0), same (1)") == true)
        let unknown = #expect(throws: InputError.self) { try lab.nodeID("orgin") }
        #expect(unknown?.code == .unknownName)
        #expect(unknown?.summary.contains("did you mean 'origin'?") == true)
        #expect(throws: InputError.self) { try lab.nodeID("3") }
        #expect(throws: InputError.self) { try lab.nodeID("") }
    }
}
