import FoundationEssentials
import Support
import Testing

extension EndToEnd.Programs {
    @Test("deploy puts every binary at the same path on every node, once, with the digests of ours")
    func deploy() async throws {
        let lab = try await SharedLab.shared()
        let probe = try await Probe.shared.program(lab)
        try await lab("exec", "--all", "rm -rf /opt/there")
        let first = try await lab("deploy", "--to", "/opt/there", probe)
        #expect(first.errorText.contains("sent to x86, arm"))
        let second = try await lab("deploy", "--to", "/opt/there", probe)
        #expect(second.errorText.contains("up to date"))

        let digests = try ["x86-64", "aarch64"].map { try SHA256.hex(ofFile: "\(probe)_\($0)") }
        for (node, own) in [("x86", 0), ("arm", 1)] {
            let sums = try await lab("exec", node, "cd /opt/there && sha256sum probe_x86-64 probe_aarch64 probe")
            #expect(sums.lines.map { String($0.prefix(64)) } == digests + [digests[own]])
        }
        // A damaged copy is noticed and replaced.
        try await lab("exec", "arm", "echo >> /opt/there/probe_x86-64")
        #expect(try await lab("deploy", "--to", "/opt/there", probe).errorText.contains("sent to arm"))
    }

    @Test("deploy refuses a wrong machine, a dynamic binary and a missing sibling, and lists all that is wrong")
    func refusals() async throws {
        let lab = try await SharedLab.shared()
        let probe = try await Probe.shared.program(lab)
        let base = lab.workplace.file("bad")

        try await lab.host("cp", probe + "_x86-64", base + "_aarch64")
        try await lab.host("cp", "/bin/true", base + "_x86-64")
        let both = try await lab("deploy", base, exit: 64)
        #expect(both.errorText.contains("bad_aarch64' is for x86-64, not for aarch64"))
        #expect(both.errorText.contains("bad_x86-64' is linked dynamically"))

        try await lab.host("rm", base + "_aarch64")
        try await lab.host("cp", probe + "_x86-64", base + "_x86-64")
        let missing = try await lab("deploy", base, exit: 64)
        #expect(missing.errorText.contains("bad_aarch64' is missing"))
        #expect(try await lab("exec", "--all", "ls /root").text.contains("bad") == false)
    }

    @Test("run passes stdin, arguments, environment, both outputs and the exit code", arguments: ["x86", "arm"])
    func run(node: String) async throws {
        let lab = try await SharedLab.shared()
        let probe = try await Probe.shared.program(lab)
        let ending = try await lab(
            "run", probe, "--on", node, "--env", "PROBE=a b", "--", "report", "--x", "y z", "$HOME",
            input: Array("line\n".utf8), exit: 42)
        #expect(
            ending.text == """
                argument 0: '--x'
                argument 1: 'y z'
                argument 2: '$HOME'
                PROBE: 'a b'
                line

                """)
        #expect(ending.errorText == "to stderr\n")
    }

    @Test("run ends a program after its time with 124, and its run says so")
    func timeout() async throws {
        let lab = try await SharedLab.shared()
        let probe = try await Probe.shared.program(lab)
        // Nothing brings node 7 up.
        let ending = try await lab("run", probe, "--timeout", "1s", "--", "await", "7", "up", "100", exit: 124)
        #expect(ending.errorText.contains("x86"))
        struct Manifest: Decodable {
            var exitCode: Int32?
            var warnings: [String]
        }
        let run = try #require(try await lab.json([Manifest].self, "runs").last)
        #expect(run.exitCode == 124)
        #expect(run.warnings.isEmpty, "\(run.warnings)")
    }

    @Test("the run directory holds what was run on what, and all that the kernels said meanwhile")
    func runDirectory() async throws {
        struct Manifest: Decodable {
            struct Node: Decodable {
                var name, isa, kernel, image, accelerator: String
            }
            struct Host: Decodable { var kernel: String }
            var id, verb, lab, version, hypervisor: String
            var commandLine: [String]
            var exitCode: Int32?
            var host: Host
            var nodes: [Node]
            var binaries: [String: String]
            var warnings: [String]
        }
        struct Line: Decodable {
            var guest_us: Double
            var host_us, host_error_us: Double?
            var text: String
        }
        let lab = try await SharedLab.shared()
        let probe = try await Probe.shared.program(lab)
        try await lab("run", probe, "--", "report", exit: 42)
        let runs = try await lab.json([Manifest].self, "runs")
        let run = try #require(runs.last)
        #expect(run.verb == "run" && run.lab == "pair" && run.exitCode == 42)
        #expect(run.commandLine.contains("report"))
        #expect(run.nodes.map(\.name) == ["x86", "arm"] && run.nodes.map(\.isa) == ["x86-64", "aarch64"])
        #expect(run.nodes.allSatisfy { $0.kernel.hasPrefix("6.") && !$0.image.isEmpty && !$0.accelerator.isEmpty })
        #expect(!run.host.kernel.isEmpty && !run.version.isEmpty && run.hypervisor.hasPrefix("qemu"))
        #expect(run.binaries["probe_x86-64"] == (try SHA256.hex(ofFile: probe + "_x86-64")))
        #expect(run.warnings.isEmpty)
        let table = try await lab("runs")
        #expect(table.text.contains(run.id))

        let directory = "\(lab.workplace.directories.runs)/\(run.id)"
        for node in ["x86", "arm"] {
            func file(_ name: String) throws -> String {
                let path = "\(directory)/nodes/\(node)/\(name)"
                return String(
                    decoding: try #require(FileManager.default.contents(atPath: path), "\(path)"), as: UTF8.self)
            }
            let lines = try file("dmesg.jsonl").split(separator: "\n").map {
                try JSONDecoder().decode(Line.self, from: Data($0.utf8))
            }
            #expect(lines.contains { $0.text.contains("Linux version") })
            // Two CPUs' messages may lie in the log out of their order.
            let host = try lines.sorted { $0.guest_us < $1.guest_us }.map { try #require($0.host_us) }
            #expect(zip(host, host.dropFirst()).allSatisfy { $0 <= $1 })
            #expect(lines.allSatisfy { ($0.host_error_us ?? .infinity).isFinite })
            #expect(try file("dmesg.txt").contains("Linux version"))
            #expect(try file("serial.log").contains("popcorn-init: ready"))
            #expect(try file("trace.txt").contains("entries-in-buffer"))
        }
    }

    @Test("run tells where its time went, and keeps nothing with --no-collect")
    func steps() async throws {
        struct Manifest: Decodable {
            struct Step: Decodable { var name: String }
            var id: String
            var steps: [Step]?
        }
        let lab = try await SharedLab.shared()
        let probe = try await Probe.shared.program(lab)
        let told = try await lab("run", "--verbose", probe, "--", "report", exit: 42)
        #expect(told.errorText.contains("program 0."))
        let before = try await lab.json([Manifest].self, "runs")
        #expect(
            before.last?.steps?.map(\.name) == [
                "connect", "deploy", "start of the traces", "program", "collect", "write the logs",
            ])
        try await lab("run", "--no-collect", probe, "--", "report", exit: 42)
        #expect(try await lab.json([Manifest].self, "runs").map(\.id) == before.map(\.id))
    }
}
