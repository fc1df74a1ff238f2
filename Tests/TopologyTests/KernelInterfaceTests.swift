import FoundationEssentials
import ISA
import Support
import TestSupport
import Testing
import UserInput

@testable import Topology

@Suite("kernel interfaces")
struct KernelInterfaceTests {
    /// The least that an interface says.
    private static let least = """
        name: mine
        machine:
          x86-64: {nic: e1000}
          aarch64: {nic: virtio-net-device, virtio: mmio}
        peers: {joined: 'popcorn:\\s+(\\d+) joined, (\\w+)'}
        transport: {port: 30467}
        """

    private func failure(_ text: String) -> String {
        let error = #expect(throws: InputError.self) { try KernelInterface(yaml: text, file: "i.yaml") }
        return error?.summary ?? ""
    }

    @Test("those that ship are read, and say what the kernels do")
    func shipped() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Configs/interfaces")
        func read(_ name: String) throws -> KernelInterface {
            let file = folder.appending(path: "\(name).yaml").path
            return try KernelInterface(yaml: try TextFile.read(file), file: file)
        }
        let old = try read("popcorn-4.4")
        #expect(old.nodeCount == 2)
        #expect(old.machines[.x86_64] == .init(nic: .e1000, disk: .ide, virtio: .pci))
        #expect(old.machines[.aarch64] == .init(nic: .virtioMMIO, disk: .virtio, virtio: .mmio))
        #expect(old.kernelArguments[.x86_64] == ["no_timer_check"])
        #expect(old.kernelArguments[.aarch64] == [])
        #expect(old.modules.map(\.name) == ["msg_socket", "msg_test"])
        #expect(old.modules[0].waitsForPeers && old.modules[1].isOptional)
        #expect(old.systemCalls[.aarch64]?["migrate"] == 285)
        #expect(old.membership.message?.groups(in: "popcorn:    1 joined, aarch64") == ["1", "aarch64"])
        #expect(old.unavailable[.migrate]?.contains("kill -35") == true)
        #expect(old.tracing == .capture && !old.canRejoin)
        #expect(old.transport.messages.map(\.type) == Array(0...40))
        #expect(old.transport.messages.filter(\.carriesPage).map(\.type) == [12, 16])
        #expect(old.selfTest?.text(bytes: 64, rounds: 5) == "0 64 1 5")
        #expect(old.selfTest?.took.groups(in: "    2281472 ns in total") == ["2281472"])
        #expect(
            old.markers.compactMap { $0.message.groups(in: "x\n####### MIGRATED - [84/1] from [61/0]") } == [
                ["84", "61"]
            ])
        let new = try read("popcorn-5.2")
        #expect(ISA.allCases.map { new.systemCalls[$0]?["get_node_info"] } == [903, 903])
        #expect(Set(new.unavailable.keys) == [.migrate, .ping, .trace] && new.nodeCount == nil)
        let ours = try read("embedded")
        #expect(ours.membership == .states)
        #expect(ours.unavailable.isEmpty && ours.tracing == .events && ours.canRejoin)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            #expect(try read(String(name.dropLast(5))).name + ".yaml" == name)
        }
    }

    @Test("an interface comes back from a record as it was")
    func record() throws {
        let interface = try KernelInterface(yaml: Self.least, file: "i.yaml")
        let bytes = try JSONEncoder().encode(interface)
        #expect(try JSONDecoder().decode(KernelInterface.self, from: bytes) == interface)
    }

    @Test(
        "each error is told with line, column and reason",
        arguments: [
            ("name: mine", "name: Mine", "i.yaml:1:7: error: 'Mine' cannot be the name of an interface"),
            ("nic: e1000", "nic: e100", "i.yaml:3:17: error: 'e100' is not a nic of a machine; did you mean 'e1000'?"),
            ("  x86-64: {nic: e1000}\n", "", "lacks the devices of x86-64"),
            (
                "(\\d+)", "\\d+",
                "i.yaml:5:17: error: expected two parentheses, the node id and the architecture; found 1"
            ),
            ("(\\d+)", "(\\d+", "is not a regular expression"),
            ("{joined: ", "{states: true, joined: ", "expected either 'joined' with a message or 'states: true'"),
            ("port: 30467", "port: 304670", "304670 is not a TCP port"),
            ("transport:", "transprot:", "unknown key 'transprot' in a kernel interface; did you mean 'transport'?"),
            (
                "transport:", "modules: [{name: a, arguments: 'ip={adresses}'}]\ntransport:",
                "i.yaml:6:32: error: '{adresses}' stands for nothing; did you mean 'addresses'?"
            ),
            ("transport:", "unavailable: {pss: x}\ntransport:", "unknown key 'pss'"),
            ("transport:", "files: {peers: proc/x}\ntransport:", "'proc/x' is no absolute path"),
            (
                "{port: 30467}", "{port: 30467, header_bytes: 10, messages: [{type: 1, name: A}]}",
                "the key 'header' is missing"
            ),
            (
                "{port: 30467}",
                "{port: 30467, header_bytes: 2, header: {type: {bit: 0, bits: 8}, size: {bit: 8, bits: 64}}}",
                "64 bits from bit 8 on do not lie in a header of 2 bytes"
            ),
            (
                "{port: 30467}", "{port: 30467, messages: [{type: 1, name: A, role: pairing}]}",
                "needs the field 'local'"
            ),
            (
                "{port: 30467}", "{port: 30467, messages: [{type: 1, name: A, fields: {call: 10}}]}",
                "'10' is no place of a number: expected OFFSET+BYTES"
            ),
            (
                "{port: 30467}", "{port: 30467, messages: [{type: 1, name: A, bytes: 12, fields: {call: 10+4}}]}",
                "the field ends after the message, which has 12 bytes"
            ),
            (
                "{port: 30467}", "{port: 30467, messages: [{type: 1, name: A, answers: 2}]}",
                "A answers type 2, which is not in the list"
            ),
            (
                "{port: 30467}", "{port: 30467, messages: [{type: 1, name: A}, {type: 1, name: B}]}",
                "A and B are both of type 1"
            ),
            (
                "transport:", "markers: [{message: 'a (.)', event: arrived, groups: [thread]}]\ntransport:",
                "this event needs the group 'local'"
            ),
            (
                "transport:", "markers: [{message: 'a', event: exited, groups: [local]}]\ntransport:",
                "the pattern has 0 parentheses, and 1 are named"
            ),
            (
                "transport:", "self_test: {write: '{bytes}', took: '(.)'}\ntransport:", "'{rounds}' is missing in it"
            ),
            ("transport:", "system_calls: {x86-64: {migrate: many}}\ntransport:", "expected a whole number"),
        ])
    func errors(old: String, new: String, expected: String) {
        #expect(Self.least.contains(old))
        let summary = failure(Self.least.replacing(old, with: new))
        #expect(summary.contains(expected), "\(summary)")
    }

    @Test("gaps are filled, and a word whose gap has no value is left out")
    func gaps() {
        let text = "ip={addresses} dead_ms={dead_ms} id={id},{port}"
        let values: [KernelInterface.Gap: String] = [.addresses: "10.4.4.100,10.4.4.101", .id: "1", .port: "7"]
        #expect(KernelInterface.arguments(text, filledBy: values) == "ip=10.4.4.100,10.4.4.101 id=1,7")
    }

    @Test("a pattern means the same here and in a guest")
    func patterns() throws {
        let pattern = try MessagePattern(parsing: #"popcorn:\s+(\d+) joined, (\w+)"#)
        #expect(pattern.posix == "popcorn:[[:space:]]+([0-9]+) joined, ([[:alnum:]_]+)")
        #expect(pattern.groups(in: "x popcorn:   12 joined, x86_64 (epoch 1)") == ["12", "x86_64"])
        #expect(pattern.groups(in: "popcorn: x joined, arm") == nil)
        #expect(throws: InputError.self) { try MessagePattern(parsing: String(repeating: "a", count: 201)) }
        #expect(throws: InputError.self) { try MessagePattern(parsing: "a\tb") }
    }
}
