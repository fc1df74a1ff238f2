import FoundationEssentials
import Support
import TestSupport
import Testing

extension EndToEnd.Host {
    private func lab(_ name: String = "none") throws -> Lab { Lab(name: name, workplace: try Workplace.shared.get()) }

    @Test("doctor finds this host fit for labs and says why guests are not accelerated")
    func doctor() async throws {
        struct Finding: Decodable {
            var subject: String
            var verdict: String
            var detail: String
        }
        let findings = try await lab().json([Finding].self, "doctor")
        #expect(findings.allSatisfy { $0.verdict != "bad" })
        #expect(findings.contains { $0.subject == "libvirt" && $0.detail.contains("QEMU") })
        for isa in ["x86-64", "aarch64"] {
            let finding = try #require(findings.first { $0.subject == "\(isa) guests" })
            #expect(finding.detail.contains("run under"))
        }
        let table = try await lab()("doctor")
        #expect(table.lines.count >= findings.count)
        #expect(table.lines.allSatisfy { $0.hasPrefix("ok") || $0.hasPrefix("note") || $0.hasPrefix(" ") })
    }

    @Test("config validate passes the labs that ship and names file, line, column and the nearest key of a wrong one")
    func configValidate() async throws {
        let lab = try lab()
        let configs = String(#filePath.dropLast("Tests/EndToEndTests/HostTests.swift".count)) + "Configs/"
        let good = try await lab(
            "config", "validate", configs + "x86-arm.yaml", configs + "four-mixed.yaml", configs + "x86-x86-arm.yaml")
        #expect(good.lines.count == 3)
        #expect(good.text.contains("lab 'four-mixed', alpha, beta, gamma, delta"))

        let path = lab.workplace.file("wrong.yaml")
        try AtomicFile.write("name: wrong\nnodes:\n  - isa: x86\n    memmory: 1GiB\n  - isa: sparc\n", to: path)
        let bad = try await lab("config", "validate", path, exit: 64)
        #expect(bad.output.isEmpty)
        #expect(bad.errorText.contains("wrong.yaml:4:5"))
        #expect(bad.errorText.contains("memory"))
        #expect(bad.errorText.contains("wrong.yaml:5:"))
    }

    @Test("config show fills in every default, and its YAML describes the same lab again")
    func configShow() async throws {
        let lab = try lab()
        let shown = try await lab("config", "show", "x86,arm")
        let path = lab.workplace.file("shown.yaml")
        try AtomicFile.write(shown.output, to: path)
        let again = try await lab("config", "show", "-f", path)
        #expect(again.text == shown.text)
        #expect(shown.text.contains("memory:"))

        struct Spec: Decodable {
            struct Node: Decodable { var name: String }
            var nodes: [Node]
        }
        let spec = try await lab.json(Spec.self, "config", "show", "x86,x86,arm")
        #expect(spec.nodes.map(\.name) == ["x86", "x86-2", "arm"])
    }

    @Test("commands refuse a lab, an ISA and a verb that do not exist with exit code 64 and a hint")
    func refusals() async throws {
        let lab = try lab("ghost")
        let status = try await lab("status", exit: 64)
        #expect(status.errorText.contains("there is no lab 'ghost'"))
        #expect(status.errorText.contains("hint:"))
        #expect(status.output.isEmpty)
        let isa = try await lab("up", "x86,sparc", exit: 64)
        #expect(isa.errorText.contains("sparc"))
        try await lab("upp", exit: 64)
        try await lab("up", exit: 64)
    }

    @Test("completion prints a script that bash accepts, and offers the nodes of a lab")
    func completion() async throws {
        let lab = try lab()
        let script = try await lab("completion", "bash")
        let path = lab.workplace.file("completion.bash")
        try AtomicFile.write(script.output, to: path)
        try await lab.host("bash", "-n", path)
        for shell in ["zsh", "fish"] { #expect(try await lab("completion", shell).text.contains("popcorn-lab")) }
    }

    @Test("a dry run prints the plan and XML of every guest, and starts nothing")
    func dryRun() async throws {
        let lab = try lab("dry")
        let plan = try await lab("up", "x86,arm", "--dry-run", limit: .seconds(300))
        #expect(plan.text.contains("NODE"))
        #expect(plan.text.components(separatedBy: "<domain ").count == 3)
        #expect(plan.text.contains("arch=\"x86_64\""))
        #expect(plan.text.contains("arch=\"aarch64\""))
        try await lab("status", exit: 64)
        #expect(try processes(mentioning: "popcorn-dry-").isEmpty)
    }

    @Test("images ls and show tell what guests are made of, package by package")
    func images() async throws {
        let lab = try lab()
        let built = try await lab("images", "build", limit: .seconds(300))
        let ids = built.lines
        #expect(ids.count == 2)
        let table = try await lab("images", "ls")
        for id in ids { #expect(table.text.contains(id)) }

        struct Image: Decodable {
            struct Package: Decodable {
                var name: String
                var version: String
                var sha256: String
            }
            var packages: [Package]
        }
        #expect(try await lab.json([Image].self, "images", "ls").count >= 2)
        let shown = try JSONDecoder().decode(Image.self, from: Data(try await lab("images", "show", ids[0]).output))
        #expect(shown.packages.contains { $0.name == "busybox" && !$0.version.isEmpty && $0.sha256.count == 64 })
        try await lab("images", "show", "nothing-like-that", exit: 64)
    }

    @Test("prune with --dry-run only tells")
    func prune() async throws {
        let lab = try lab()
        let stray = lab.workplace.directories.runtime + "/stray"
        try Directories.create(stray)
        let told = try await lab("prune", "--dry-run")
        #expect(told.errorText.contains("would remove files and sockets of lab 'stray'"))
        #expect(Glibc.access(stray, F_OK) == 0)
        let done = try await lab("prune", "--no-images")
        #expect(done.errorText.contains("removed files and sockets of lab 'stray'"))
        #expect(Glibc.access(stray, F_OK) != 0)
    }

    @Test("a process that ends takes nothing away from its threads: it runs no destructor of a library")
    func endOfProcess() async throws {
        let lab = try lab()
        let source = lab.workplace.file("destructor.c"), library = lab.workplace.file("destructor.so")
        try AtomicFile.write(
            """
            #include <unistd.h>
            __attribute__((destructor)) static void end(void) { (void)!write(STDERR_FILENO, "destroyed", 9); }

            """, to: source)
        try await lab.host("gcc", "-shared", "-fPIC", source, "-o", library)
        var tool = lab.workplace.popcornLab
        tool.environment["POPCORN_LAB_LAB"] = lab.name
        tool.environment["LD_PRELOAD"] = library
        let other = CommandLineTool(executable: "/bin/true", environment: tool.environment)
        #expect(try await other([], limit: .seconds(10)).errorText == "destroyed")
        for (words, status) in [("--version", 0), ("runs", 0), ("up x86,sparc", 64), ("status", 64), ("none", 64)] {
            let ending = try await tool(words.split(separator: " ").map(String.init), limit: .seconds(60))
            #expect(ending.status == status && !ending.errorText.contains("destroyed"), "\(ending)")
        }
    }
}

/// Process ids whose command line holds `text`.
func processes(mentioning text: String) throws -> [pid_t] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }.filter { pid in
        guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
        return String(decoding: bytes, as: UTF8.self).contains(text)
    }
}

extension String {
    /// FoundationEssentials has none.
    func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
