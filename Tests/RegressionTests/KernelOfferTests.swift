import Logging
import Results
import Support
import TestSupport
import Testing
import Topology
import UserInput

@testable import Lab
@testable import Regression
@testable import Trace

@Suite("What kernels of one's own offer a case")
struct KernelOfferTests {
    private let scratch: Scratch
    private let offer: KernelOffer

    private static let interface = """
        name: theirs
        machine: {x86-64: {nic: e1000}, aarch64: {nic: e1000}}
        peers: {joined: '(\\d+) (\\w+)'}
        transport:
          port: 1000
          header_bytes: 4
          header: {type: {bit: 0, bits: 8}, size: {bit: 8, bits: 24}}
          messages:
            - {type: 1, name: GO, role: hop_out, fields: {process: 4+4, thread: 8+4}}
            - {type: 2, name: ASK, role: page_request, fields: {local: 4+4, address: 8+8}}

        """

    init() throws {
        scratch = try Scratch()
        offer = KernelOffer(
            environment: LabEnvironment(
                directories: Directories(cache: scratch.path, state: scratch.path, runtime: scratch.path),
                share: Share(root: scratch.path), variables: [:], commandLine: [], uri: nil, log: Logger(label: "test"))
        )
    }

    /// The words of what a group's cases lack, with each case's id.
    private func lacks(_ group: String, interface more: String = "", node: String = "") throws -> [String] {
        let file = try scratch.write(Self.interface + more, to: "theirs.yaml")
        let yaml = """
            name: s
            labs: {own: {nodes: [{isa: x86, kernel: /k, interface: \(file)\(node)}]}}
            programs: {p: {binary: /p}}
            faults: {counted: [{cut: x86, at: hop 1}], killed: [{sigkill: origin}], late: [{cut: x86, at: 1s}]}
            cases: [{name: g, program: p, \(group)}]
            """
        return try SampleSuite.read(yaml).cases().flatMap { one in
            offer.lacks(of: one).map { "\(one.point.schedule), \(one.point.fault.name): \($0.summary)" }
        }
    }

    @Test("what a program does by itself needs nothing")
    func nothing() throws {
        #expect(try lacks("migrate: [none, own, at f], fault: late").isEmpty)
        #expect(
            try lacks("migrate: own, expect: {counts: {hops: 2, messages: 3, remote_faults: 1, faults: 1}}").isEmpty)
        #expect(offer.lacks(of: try SampleSuite.one("migrate: every 1s, expect: {counts: {refused: 0}}")).isEmpty)
    }

    @Test("moves from outside, hops that are counted meanwhile and processes need popcorn-lab's own message layer")
    func moves() throws {
        #expect(
            try lacks("migrate: [every 1s, bounce 2, random 1s]")
                == [
                    "every 1s", "bounce 2", "random 1s",
                ].map { "\($0), none: its kernel (theirs) does not offer moves from outside (`migrate: \($0)`)" })
        let faults = try lacks("fault: [counted, killed]")
        #expect(faults.count == 2 && faults[0].contains("(`at: hop N`)") && faults[1].contains("(`sigkill`)"))
    }

    @Test("counts are those that the interface describes")
    func counts() throws {
        let refused = "none, none: its kernel (theirs) does not offer what is needed to count `refused`"
        #expect(try lacks("expect: {counts: {refused: 0, hops: 1}}") == [refused])
        let untraced = try lacks(
            "expect: {counts: {hops: 1, messages: 1}}", interface: "unavailable: {trace: ask them}\n")
        #expect(untraced.map { String($0.suffix(10)) } == ["unt `hops`", "`messages`"])
    }

    @Test("a guest with files of one's own runs no suites")
    func disks() throws {
        let told = try lacks("migrate: own", node: ", initramfs: /i")
        #expect(told == ["own, none: suites need programs of popcorn-lab in the guest, whose files are its user's own"])
    }
}
