import FoundationEssentials
import TestSupport
import Testing

/// Each pass alone: IR before, and what must be there after it, in files as LLVM's own tests have them.
///
/// A file says in its `RUN:` line how it is run: `%opt` is `opt-19` with our plugin, `%s` the file.
@Suite("passes alone")
struct IRTests {
    private static let folder = Workbench.root + "/Tests/MultiISATests/IR"

    private static let files: [String] = {
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return folders.flatMap { name in
            ((try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)")) ?? []).map { "\(name)/\($0)" }
        }.sorted()
    }()

    /// Runs a line for a shell, in which `%opt` and `%s` stand for what they do in files.
    private func shell(_ line: String, file: String = "") async throws -> Workbench.Outcome {
        let plugin = try builtProgram("libMultiISAPassPlugin.so")
        let command = line.replacing("%opt", with: "opt-19 -load-pass-plugin='\(plugin)'")
            .replacing("| FileCheck", with: "| FileCheck-19")
            .replacing("%s", with: "'\(file)'")
        return try await Workbench().run("bash", ["-c", "set -o pipefail; \(command)"])
    }

    @Test("what a pass is given and what it leaves", arguments: files)
    func file(_ name: String) async throws {
        let path = "\(Self.folder)/\(name)"
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let line = try #require(lines.first { $0.contains(" RUN: ") })
        let outcome = try await shell(String(line.split(separator: " RUN: ")[1]), file: path)
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.messages)")
    }

    @Test("every pass has two tests")
    func coverage() async throws {
        let listing = try await shell("%opt -passes=multiisa-? -disable-output - </dev/null 2>&1").output
        let passes = listing.split(separator: "\n").filter { $0.hasPrefix("multiisa-") }.map { $0.dropFirst(9) }
        #expect(passes.count > 15)
        for pass in passes {
            #expect(Self.files.count { $0.hasPrefix(pass + "/") } >= 2, "\(pass)")
        }
    }

    @Test("the worked example of the documentation is the one that is tested")
    func workedExample() throws {
        let example = try String(contentsOfFile: "\(Self.folder)/worked-example/depth.c", encoding: .utf8)
        let start = try #require(example.firstRange(of: "struct tree"))
        let end = try #require(example.firstRange(of: "\n\nint main"))
        let code = example[start.lowerBound..<end.lowerBound]
        let page = try String(contentsOfFile: Workbench.root + "/docs/compiler.md", encoding: .utf8)
        #expect(page.contains("```c\n\(code)\n```"))
    }
}
