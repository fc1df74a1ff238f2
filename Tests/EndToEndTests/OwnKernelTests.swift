import FoundationEssentials
import ISA
import Support
import TestSupport
import Testing

/// A stock kernel with a message layer that behaves like an old one: Images/kernel/test/legacy.
private struct LegacyKernel {
    let lab: Lab
    /// Kernel and modules by ISA, from the images of the recipe test-legacy.
    let images: [ISA: String]

    static let root = String(#filePath.dropLast("Tests/EndToEndTests/OwnKernelTests.swift".count))
    static let interface = root + "Images/kernel/test/legacy/test-legacy.yaml"

    private struct Image: Decodable {
        var id: String
        var isa: String
    }

    init(_ lab: Lab) async throws {
        self.lab = lab
        let built = try await lab("images", "build", "test-legacy", limit: .seconds(300)).lines
        let known = try await lab.json([Image].self, "images", "ls").filter { built.contains($0.id) }
        images = known.reduce(into: [:]) { result, image in
            if let isa = ISA(rawValue: image.isa) {
                result[isa] = lab.workplace.directories.images + "/store/" + image.id
            }
        }
    }

    func kernel(_ isa: ISA) throws -> String { try #require(images[isa]) + "/kernel" }

    func module(_ name: String, _ isa: ISA) throws -> String { try #require(images[isa]) + "/debug/\(name).ko" }

    func file(_ name: String, armLayer: String? = nil, armAddress: String = "") throws -> String {
        let armLayer = try armLayer ?? module("legacy_socket", .aarch64)
        let file = lab.workplace.file(name)
        try AtomicFile.write(
            """
            nodes:
              - isa: x86
                kernel: \(try kernel(.x86_64))
                interface: \(Self.interface)
                modules: [\(try module("legacy", .x86_64)), \(try module("legacy_socket", .x86_64))]
                initramfs: embedded
              - isa: arm
                kernel: \(try kernel(.aarch64))
                interface: \(Self.interface)
                modules: [\(try module("legacy", .aarch64)), \(armLayer)]

            """, to: file)
        return file
    }
}

extension EndToEnd.OwnKernels {
    @Test(
        "a pair comes up when each has joined with its architecture, and is worked with as any lab",
        .timeLimit(.minutes(8)))
    func pair() async throws {
        let lab = Lab(name: "legacy", workplace: try Workplace.shared.get())
        let legacy = try await LegacyKernel(lab)
        let up = try await lab("up", "-f", try legacy.file("legacy.yaml"), limit: .seconds(300))
        #expect(up.errorText.contains("x86: all peers seen"))
        let status = try await lab.status()
        #expect(status.nodes.map(\.peers) == [["arm": "up"], ["x86": "up"]])
        let told = try await lab("exec", "--all", "cat /run/popcorn-joined /proc/popcorn_peers")
        #expect(told.lines.contains("x86: 1 10.4.4.101 aarch64"))
        #expect(told.lines.contains("arm: 0 10.4.4.100 x86_64"))
        #expect(told.lines.contains("x86: *   0  10.4.4.100  NODE_IP"))
        #expect(try await lab("exec", "x86", "cat /proc/cmdline").text.contains(" legacy.told=1"))
        let log = try await lab("logs", limit: .seconds(60)).text
        #expect(log.contains("legacy:    1 joined, aarch64") && log.contains("legacy:    0 joined, x86_64"))

        let sent = lab.workplace.file("own-kernel-sent"), back = lab.workplace.file("own-kernel-back")
        try AtomicFile.write((0..<100_000).map { UInt8(truncatingIfNeeded: $0 * 7) }, to: sent)
        try await lab("cp", sent, "arm:/root/sent")
        try await lab("cp", "arm:/root/sent", back)
        #expect(try AtomicFile.contents(of: back) == AtomicFile.contents(of: sent))

        // A program that moves nowhere, for each ISA: what it prints, and what it ends with.
        let source = lab.workplace.file("hello.c")
        try AtomicFile.write("int puts(const char *); int main(void) { puts(\"hello\"); return 3; }\n", to: source)
        for isa in ISA.allCases {
            let output = lab.workplace.file("hello_\(isa.rawValue)")
            try await lab.host("\(isa.gnuTriplet)-gcc", "-static", "-no-pie", "-o", output, source)
        }
        for node in ["x86", "arm"] {
            let ran = try await lab("run", lab.workplace.file("hello"), "--on", node, exit: 3, limit: .seconds(120))
            #expect(ran.text == "hello\n")
        }

        for words in [["ps"], ["migrate", "1", "--to", "arm"], ["ping", "x86", "arm"]] {
            let refused = try await lab(words: words, exit: 64)
            #expect(refused.errorText.contains("test-legacy) does not offer this"))
            #expect(refused.errorText.contains("hint: this message layer"))
        }
        // The kernel never notices a loss; the connection does.
        try await lab("fault", "arm", "kill")
        let lost = try await lab.status()
        #expect(lost.nodes[1].state == "absent")
        try await lab("down", limit: .seconds(120))
        try await lab("status", exit: 64)
    }

    @Test(
        "a peer that does not come is named with its address, and with how far its connection is",
        .timeLimit(.minutes(8)))
    func missingPeer() async throws {
        let lab = Lab(name: "lonely", workplace: try Workplace.shared.get())
        let legacy = try await LegacyKernel(lab)
        // Under the name of the transport, arm has a module that connects to nobody.
        let idle = lab.workplace.file("legacy_socket.ko")
        try AtomicFile.write(try AtomicFile.contents(of: try legacy.module("legacy", .aarch64)), to: idle)
        let failed = try await lab(
            "up", "-f", try legacy.file("lonely.yaml", armLayer: idle), "--timeout", "100s", exit: 124,
            limit: .seconds(300))
        let told = failed.errorText
        #expect(told.contains("not ready: all peers seen"))
        #expect(
            told.contains("x86 waits for arm (node 1, 10.4.4.101): it has not connected to our port 30468")
                || told.contains("arm waits for x86 (node 0, 10.4.4.100): no connection to its port 30468"), "\(told)")
        try await lab("status", exit: 64)
    }

    @Test("what is wrong with a kernel is told before anything is started")
    func refusals() async throws {
        let lab = Lab(name: "refused", workplace: try Workplace.shared.get())
        let legacy = try await LegacyKernel(lab)
        let (x86, arm) = (try legacy.kernel(.x86_64), try legacy.kernel(.aarch64))
        func refused(_ words: String...) async throws -> String {
            let ending = try await lab(words: ["up", "x86,arm"] + words, exit: 64, limit: .seconds(120))
            #expect(!ending.errorText.contains("domain started"))
            return ending.errorText
        }
        #expect(
            try await refused("--kernel", "x86=\(x86)", "--kernel", "arm=\(arm)", "--interface", "popcorn-4.5")
                .contains("did you mean 'popcorn-4.4'?"))
        let kernels = ["--kernel", "x86=\(arm)", "--kernel", "arm=\(arm)", "--interface", LegacyKernel.interface]
        let wrong = try await lab(words: ["up", "x86,arm"] + kernels, exit: 64, limit: .seconds(120)).errorText
        #expect(wrong.contains("it is for aarch64, and the node is x86-64"))
        #expect(wrong.contains("the module legacy_socket.ko of its message layer is missing"))
        #expect(
            try await refused("--kernel", "x86=\(x86)", "--interface", LegacyKernel.interface).contains(
                "their kernels could not talk to each other"))
        #expect(try await refused("--kernel", "x86=/none", "--kernel", "arm=\(arm)").contains("No such file"))
        #expect(try await refused("--kernel", "mips=\(x86)").contains("'mips' is not an ISA"))
        #expect(try await refused("--interface", "popcorn-4.4").contains("belong to kernels of your own"))
        try await lab("status", exit: 64)

        let inspected = try await lab("kernel", "inspect", x86)
        #expect(inspected.text.contains("for x86-64, vmlinux"))
        try await lab("kernel", "inspect", try legacy.module("legacy", .x86_64), exit: 64)
    }
}
