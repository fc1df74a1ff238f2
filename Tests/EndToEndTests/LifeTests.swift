import FoundationEssentials
import Support
import Testing

extension EndToEnd.Life {
    @Test("up tells each step of each node on stderr, nothing on stdout, and returns when all is ready")
    func firstUp() async throws {
        let (_, ending) = try await SharedLab.shared.firstUp()
        for node in ["x86", "arm"] {
            for step in [
                "domain started", "kernel booted", "fabric address up", "message layer loaded", "commands run",
                "all peers seen",
            ] { #expect(ending.errorText.contains("\(node): \(step) (")) }
        }
        #expect(ending.errorText.contains("lab 'pair' is up ("))
        #expect(ending.output.isEmpty)
    }

    @Test("the manifest of an up says when it began")
    func manifest() async throws {
        let lab = try await SharedLab.shared()
        let run = try #require(try await lab.status().runs.first { $0.contains("-up-") })
        let manifest = try RunTimes(of: run, in: lab)
        let waited = try #require(manifest.steps?.first { $0.name == "wait for the guests" })
        let path = "\(lab.workplace.directories.runs)/\(run)/manifest.json"
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let saved = try #require(attributes[.modificationDate] as? Date)
        // Times in a manifest are whole seconds.
        #expect(manifest.started.addingTimeInterval(waited.milliseconds / 1000) <= saved + 1)
        #expect(manifest.ended == nil)
    }

    @Test("status shows every node running, its accelerator and why, and that it sees its peer")
    func status() async throws {
        let lab = try await SharedLab.shared()
        let status = try await lab.status()
        #expect(status.lab == "pair")
        #expect(status.nodes.map(\.name) == ["x86", "arm"])
        #expect(status.nodes.map(\.id) == [0, 1])
        #expect(status.nodes.map(\.isa) == ["x86-64", "aarch64"])
        for node in status.nodes {
            #expect(node.state == "running")
            #expect(["kvm", "tcg"].contains(node.accelerator))
            #expect(!node.acceleratorReason.isEmpty)
            #expect((node.uptimeSeconds ?? 0) > 0)
            #expect(node.peers == [node.name == "x86" ? "arm" : "x86": "up"])
            #expect(node.impairment.isEmpty)
            #expect(node.qemuPID.map { kill($0, 0) == 0 } == true)
        }
        #expect(status.runs.contains { $0.contains("-up-") })

        let table = try await lab("status")
        #expect(table.lines.contains { $0.hasPrefix("NODE") && $0.contains("PEERS") })
        #expect(table.lines.contains { $0.hasPrefix("arm ") && $0.contains("x86 up") })
        let named = try await lab("status", "--lab", "pair")
        #expect(named.lines.count == table.lines.count)
    }

    @Test("ls lists the lab with its nodes")
    func list() async throws {
        let lab = try await SharedLab.shared()
        struct Entry: Decodable {
            var name: String
            var nodes: [String]
            var running: Int
        }
        let entries = try await lab.json([Entry].self, "ls")
        let entry = try #require(entries.first { $0.name == "pair" })
        #expect(entry.nodes == ["x86", "arm"])
        #expect(entry.running == 2)
        #expect(try await lab("ls").text.contains("2 of 2"))
    }

    @Test("a second up touches nothing and says so, also when a file describes the same lab")
    func secondUp() async throws {
        let lab = try await SharedLab.shared()
        let before = try await lab.status()
        let config = String(#filePath.dropLast("Tests/EndToEndTests/LifeTests.swift".count)) + "Configs/x86-arm.yaml"
        for words in [["up", "x86,arm"], ["up", "-f", config]] {
            let ending = try await (words.count == 2 ? lab(words[0], words[1]) : lab(words[0], words[1], words[2]))
            #expect(ending.errorText.contains("nothing was touched"))
            #expect(!ending.errorText.contains("kernel booted"))
        }
        let after = try await lab.status()
        #expect(after.nodes.map(\.qemuPID) == before.nodes.map(\.qemuPID))
        let uptimes = zip(before.nodes, after.nodes).map { ($0.uptimeSeconds ?? 0, $1.uptimeSeconds ?? 0) }
        #expect(uptimes.allSatisfy { $0.0 < $0.1 })
    }

    @Test("up of other nodes under the same name is refused with both ways out")
    func otherTopology() async throws {
        let lab = try await SharedLab.shared()
        let ending = try await lab("up", "x86,x86", exit: 64)
        #expect(ending.errorText.contains("lab 'pair' runs with other nodes: x86, arm"))
        #expect(ending.errorText.contains("popcorn-lab down -l pair"))
    }
}
