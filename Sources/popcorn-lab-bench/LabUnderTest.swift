import FoundationEssentials
import Support

/// A lab of the benchmark's own, brought up and asked through the program's command line, as users do.
struct LabUnderTest: Sendable {
    /// The popcorn-lab that is measured.
    let program: String
    let name: String

    struct Status: Decodable, Sendable {
        struct Node: Decodable, Sendable {
            var name: String
            var qemuPID: Int32?
        }
        var nodes: [Node]
    }

    private struct Entry: Decodable {
        var name: String
    }

    /// - Throws: `BenchError` if a lab of this name exists, which is not ours to take down.
    func refuseForeign() async throws {
        let output = try await Child.run([program, "ls", "--format", "json"]).output
        let labs = try JSONDecoder().decode([Entry].self, from: Data(output.utf8))
        guard !labs.contains(where: { $0.name == name }) else {
            throw BenchError(
                "there is a lab '\(name)' already", hint: "`popcorn-lab down --lab \(name)` takes it down; or use --lab"
            )
        }
    }

    @discardableResult
    func up() async throws -> Child { try await command("up", "x86,arm") }

    /// Takes it down, if it is there, and is not stopped by a cancellation.
    func down() async {
        let words = [program, "down", "--force", "--lab", name]
        _ = await Task { try? await Child.run(words) }.value
    }

    func status() async throws -> Status {
        let output = try await command("status", "--format", "json").output
        return try JSONDecoder().decode(Status.self, from: Data(output.utf8))
    }

    /// `popcorn-lab VERB --lab NAME WORDS`.
    @discardableResult
    func command(_ verb: String, _ words: String...) async throws -> Child {
        try await Child.run([program, verb, "--lab", name] + words)
    }
}
