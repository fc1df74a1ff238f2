import FoundationEssentials
import ISA
import Support
import TestSupport
import Testing

/// A stock kernel with a message layer that behaves like an old one: Images/kernel/test/legacy.
struct LegacyKernel {
    let lab: Lab
    /// Kernel and modules by ISA, from the images of the recipe test-legacy.
    let images: [ISA: String]

    static let root = String(#filePath.dropLast("Tests/EndToEndTests/OwnKernelTests.swift".count))
    static let interface = root + "Images/kernel/test/legacy/test-legacy.yaml"

    private struct Image: Decodable {
        var id: String
        var isa: String
    }

    /// The directory of the embedded image.
    func embedded(_ isa: ISA) async throws -> String {
        let built = try await lab("images", "build", "embedded", limit: .seconds(300)).lines
        let known = try await lab.json([Image].self, "images", "ls").filter { built.contains($0.id) }
        let image = try #require(known.first { $0.isa == isa.rawValue })
        return lab.workplace.directories.images + "/store/" + image.id
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
        let layer = lab.workplace.file("built/legacy_socket.ko")
        try Directories.create(lab.workplace.file("built"))
        try AtomicFile.write(try AtomicFile.contents(of: try legacy.module("legacy_socket", .aarch64)), to: layer)
        let up = try await lab("up", "-f", try legacy.file("legacy.yaml", armLayer: layer), limit: .seconds(300))
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

        try await logsAreInTrueOrder(lab)

        let sent = lab.workplace.file("own-kernel-sent"), back = lab.workplace.file("own-kernel-back")
        try AtomicFile.write((0..<100_000).map { UInt8(truncatingIfNeeded: $0 * 7) }, to: sent)
        try await lab("cp", sent, "arm:/root/sent")
        try await lab("cp", "arm:/root/sent", back)
        #expect(try AtomicFile.contents(of: back) == AtomicFile.contents(of: sent))

        // A program for each ISA that plays a move: what it prints, what it ends with, and what its messages tell.
        let source = lab.workplace.file("hello.c")
        try AtomicFile.write(
            """
            #include <fcntl.h>
            #include <stdio.h>
            #include <unistd.h>
            int main(void)
            {
                int hop = open("/proc/legacy_hop", O_WRONLY);
                if (write(hop, "5", 1) != 1)
                    return 1;
                puts("hello");
                return 3;
            }

            """, to: source)
        for isa in ISA.allCases {
            let output = lab.workplace.file("hello_\(isa.rawValue)")
            try await lab.host("\(isa.gnuTriplet)-gcc", "-static", "-no-pie", "-o", output, source)
        }
        for node in ["x86", "arm"] {
            let ran = try await lab("run", lab.workplace.file("hello"), "--on", node, exit: 3, limit: .seconds(120))
            #expect(ran.text == "hello\n")
            try await traceTellsOfHop(lab, from: node, to: node == "x86" ? "arm" : "x86")
        }
        try await selfTestAndTraceAgree(lab)
        try await debuggerHoldsAll(lab)

        #expect(try await lab("ps").errorText.contains("nothing migratable runs"))
        for words in [["migrate", "1", "--to", "arm"]] {
            let refused = try await lab(words: words, exit: 64)
            #expect(refused.errorText.contains("test-legacy) does not offer this"))
            #expect(refused.errorText.contains("hint: this message layer"))
        }
        try await changedModuleRebootsAll(lab, try legacy.file("legacy.yaml", armLayer: layer), layer)
        // The kernel never notices a loss; the connection does.
        try await lab("fault", "arm", "kill")
        let lost = try await lab.status()
        #expect(lost.nodes[1].state == "absent")
        try await lab("down", limit: .seconds(120))
        try await lab("status", exit: 64)
    }

    private struct Summary: Decodable {
        struct Route: Decodable {
            var from: String
            var to: String
            var hops: Int
            var unfinished: Int
        }
        struct Page: Decodable {
            var address: String
            var faults: Int
            var writes: Int
        }
        struct Migration: Decodable {
            var routes: [Route]
            var pages: [Page]
        }
        struct Message: Decodable {
            var name: String
            var count: Int
            var unreceived: Int
        }
        struct Span: Decodable {
            var node: String
            var name: String
            var count: Int
            var totalMicroseconds: Double
        }
        var migration: Migration
        var messages: [Message]
        var spans: [Span]
    }

    private func traceTellsOfHop(_ lab: Lab, from: String, to: String) async throws {
        let summary = try await lab.json(Summary.self, "trace")
        let routes = summary.migration.routes.map { "\($0.from) \($0.to) \($0.hops) \($0.unfinished)" }
        #expect(routes.sorted() == ["\(from) \(to) 1 0", "\(to) \(from) 1 0"].sorted())
        #expect(summary.migration.pages.map(\.address).sorted() == (0..<5).map { "0x50\($0)000" })
        #expect(summary.migration.pages.map(\.faults) == [1, 1, 1, 1, 1])
        #expect(summary.migration.pages.map(\.writes).reduce(0, +) == 2)
        let counts = Dictionary(summary.messages.map { ($0.name, $0.count) }, uniquingKeysWith: +)
        #expect(counts["TASK_MIGRATE"] == 1 && counts["TASK_PAIRING"] == 1 && counts["TASK_MIGRATE_BACK"] == 1)
        #expect(counts["REMOTE_PAGE_REQUEST"] == 5 && counts["REMOTE_PAGE_RESPONSE"] == 3)
        #expect(summary.messages.allSatisfy { $0.unreceived == 0 })
        // Of this run alone.
        #expect(counts["NODE_INFO"] == nil)
    }

    private struct Measured: Decodable {
        struct Layer: Decodable {
            struct Times: Decodable { var max: Double }
            var roundTrips: Times
        }
        var batch: Int
        var messageLayer: Layer
        var tcp: Layer?
    }

    /// What the kernel says of round trips is no less than what they took on the wire.
    private func selfTestAndTraceAgree(_ lab: Lab) async throws {
        let measured = try await lab.json(Measured.self, "ping", "x86", "arm", "--count", "50", "--stream", "0")
        #expect(measured.batch == 25 && measured.tcp != nil)
        try await lab("collect")
        let summary = try await lab.json(Summary.self, "trace")
        let spans = try #require(summary.spans.first { $0.name == "test" })
        #expect(spans.node == "x86" && spans.count == 50)
        #expect(spans.totalMicroseconds <= measured.messageLayer.roundTrips.max * 50)
        #expect(summary.messages.contains { $0.name == "NODE_INFO" && $0.count == 2 })
        #expect(summary.migration.routes.map(\.hops) == [2, 2])
    }

    /// While a debugger holds one guest, all stand still; then all go on.
    private func debuggerHoldsAll(_ lab: Lab) async throws {
        let tool = ShellWord.join([lab.workplace.popcornLab.executable, "status", "--format", "json"])
        let held = try await lab(
            "gdb", "x86", "--batch", "--ex", "print/x $pc", "--ex", "shell \(tool)", limit: .seconds(120))
        #expect(held.text.contains("$1 = 0x"))
        #expect(held.text.split(separator: "\"frozen\"", omittingEmptySubsequences: false).count == 3, "\(held.text)")
        #expect(held.errorText.contains("no vmlinux lies beside"))
        let alone = try await lab("gdb", "arm", "--alone", "--batch", "--ex", "python print(len(OTHERS))")
        #expect(alone.lines.contains("0"))
        #expect(try await lab.status().nodes.map(\.state) == ["running", "running"])
        try await lab("gdb", "x86", "--symbols", "/none", exit: 64)
        #expect(try await lab("exec", "--all", "echo goes on").lines.count == 2)
    }

    private func changedModuleRebootsAll(_ lab: Lab, _ file: String, _ layer: String) async throws {
        let boots = try await lab("exec", "--all", "cat /proc/sys/kernel/random/boot_id").lines
        let same = try await lab("up", "-f", file, limit: .seconds(120))
        #expect(same.errorText.contains("nothing was touched"))
        // Behind the sections nobody reads it.
        try AtomicFile.write(try AtomicFile.contents(of: layer) + Data([0]), to: layer)
        let again = try await lab("up", "-f", file, limit: .seconds(300)).errorText
        #expect(again.contains("arm: rebooting, since legacy_socket.ko changed"))
        #expect(again.contains("x86: rebooting, too: arm could not join it again (test-legacy: peers.rejoin is false)"))
        let later = try await lab("exec", "--all", "cat /proc/sys/kernel/random/boot_id").lines
        #expect(Set(boots).isDisjoint(with: later) && later.count == 2)
    }

    private struct Line: Decodable {
        var node: String
        var host_us: Double?
        var host_error_us: Double?
        var text: String
    }

    /// What kernels that tell no clock say in turns, with the moments between which each said it.
    private func logsAreInTrueOrder(_ lab: Lab) async throws {
        var told: [(word: String, span: ClosedRange<Double>)] = []
        for (node, word) in [("x86", "one"), ("arm", "two"), ("x86", "three"), ("arm", "four")] {
            let before = Date().timeIntervalSince1970 * 1e6
            try await lab("exec", node, "echo told-\(word) >/dev/kmsg")
            told.append((word, before...Date().timeIntervalSince1970 * 1e6))
        }
        let lines = try await lab("logs", "--format", "json").lines.map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        let found = lines.filter { $0.text.hasPrefix("told-") }
        #expect(found.map(\.text) == told.map { "told-" + $0.word })
        for (line, (_, span)) in zip(found, told) {
            let (time, error) = (try #require(line.host_us), try #require(line.host_error_us))
            #expect(time + error >= span.lowerBound && time - error <= span.upperBound, "\(line), said within \(span)")
            // No question takes that long, so it is a bound of something.
            #expect(error < 10e6)
        }
        #expect(!lines.contains { $0.text.contains("popcorn-lab: clock") })
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
            "up", "-f", try legacy.file("lonely.yaml", armLayer: idle), "--timeout", "60s", exit: 124,
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
