import Support
import TestSupport
import Testing

@Suite("Programs of the host")
struct HostCommandTests {
    /// A shell that runs a script with some words.
    private func shell(_ script: String, _ words: [String] = []) -> HostCommand {
        HostCommand("sh", ["-c", script, "sh"] + words)
    }

    private func failure(of command: HostCommand) async throws -> HostCommandError {
        try #require(await #expect(throws: HostCommandError.self) { try await command.check() })
    }

    @Test("words, variables and input come through byte for byte, and outputs come back so")
    func bytes() async throws {
        let odd: [UInt8] = [0x66, 0xfc, 0x20, 0x27, 0xff]
        var command = shell("printf %s \"$1\" \"$ODD\"; cat; printf %s \"$1\" >&2", [ByteText.text(odd)])
        command.environment = ["ODD": ByteText.text(odd)]
        command.input = .bytes(odd)
        let outcome = try await command.check()
        #expect(outcome.output == odd + odd + odd)
        #expect(outcome.errors == odd)
        #expect(ByteText.bytes(outcome.text) == outcome.output)
    }

    @Test("variables are ours, with changes, and the directory is the one asked for")
    func surroundings() async throws {
        let scratch = try Scratch()
        setenv("POPCORN_TEST_KEPT", "kept", 1)
        setenv("POPCORN_TEST_GONE", "gone", 1)
        var command = shell("echo $POPCORN_TEST_KEPT ${POPCORN_TEST_GONE-removed} $POPCORN_TEST_NEW; pwd; cat")
        command.environment = ["POPCORN_TEST_GONE": nil, "POPCORN_TEST_NEW": "new"]
        command.directory = scratch.path
        #expect(try await command.check().text == "kept removed new\n\(scratch.path)\n")
    }

    @Test("a failure tells how it ended, the command as one could type it, and the last words")
    func failures() async throws {
        let words = try await failure(of: shell("for i in $(seq 20); do echo $i >&2; done; exit 3", ["it's"]))
        #expect(words.reason == .ended(.exited(3)))
        #expect(words.summary == "`sh` ended with exit code 3")
        #expect(words.details.first?.hasPrefix("$ sh -c 'for i in") == true)
        #expect(words.details.first?.hasSuffix(#" sh 'it'\''s'"#) == true)
        #expect(words.details.dropFirst() == (9...20).map(String.init)[...])
        #expect(try await failure(of: shell("echo said; kill -SEGV $$")).description.contains("by SIGSEGV\n"))
        #expect(try await failure(of: shell("echo said; exit 1")).details.last == "said")
    }

    @Test("what cannot be run is told apart, with the package that has it")
    func missing() async throws {
        for program in ["no-such-program", "/nowhere/no-such-program"] {
            let error = try await failure(of: HostCommand(program, package: "wonder"))
            #expect(error.reason == .missing)
            #expect(error.summary == "this host has no `\(program)`")
            #expect(error.hint?.contains("package wonder") == true)
        }
        var command = HostCommand("true")
        command.directory = "/nowhere"
        guard case .notStarted = try await failure(of: command).reason else {
            Issue.record("a program ran in a directory that does not exist")
            return
        }
    }

    @Test("more output than is to be collected is an error")
    func limit() async throws {
        var command = HostCommand("yes")
        command.output = .collected(limit: 1000)
        #expect(try await failure(of: command).reason == .tooMuchOutput)
    }

    @Test("a program that takes too long ends with all that it started, though they pay no heed to SIGTERM")
    func timeLimit() async throws {
        let scratch = try Scratch()
        var command = shell(
            "sh -c 'trap \"\" TERM; echo $$ > pid; while :; do sleep 0.1; done' & echo early >&2; wait")
        command.directory = scratch.path
        command.limit = .seconds(3)
        let error = try await failure(of: command)
        #expect(error.reason == .tooSlow(.seconds(3)))
        #expect(error.details.last == "early")
        let member = try #require(scratch.text("pid").flatMap { Int32($0.dropLast()) })
        #expect(ProcessIdentity(pid: member)?.waitForExit(.seconds(5)) ?? true)
    }

    @Test("cancellation ends a program with its group, and waits for that")
    func cancellation() async throws {
        let scratch = try Scratch()
        var command = shell("sleep 600 & echo $! > pid; wait")
        command.directory = scratch.path
        let watch = try FileWatch(path: scratch.file("pid"))
        let task = Task { [command] in try await command.run() }
        while scratch.text("pid")?.isEmpty != false { _ = watch.wait(until: .now + .seconds(10)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let member = try #require(scratch.text("pid").flatMap { Int32($0.dropLast()) })
        #expect(ProcessIdentity(pid: member)?.waitForExit(.seconds(5)) ?? true)
    }

    @Test("a quoted word is one word of the shell, byte for byte")
    func quoting() async throws {
        #expect(ShellWord.quote("plain-1.2_x/y") == "plain-1.2_x/y")
        #expect(ShellWord.quote("") == "''")
        #expect(ShellWord.quote("~") == "'~'")
        let words = ["", "a b", "it's", "'", "''", "\\", "$HOME", "`id`", "\"", "*", "ü\n\t", "-n", "!x", "a=b"]
        let script = "for word in \(ShellWord.join(words)); do printf '%s|' \"$word\"; done"
        #expect(try await shell(script).check().text == words.map { $0 + "|" }.joined())
    }

    @Test("every signal has a name of its own, which leads back to its number")
    func signals() {
        for number in Int32(1)...64 { #expect(SignalName.number(SignalName.text(number)) == number) }
        #expect(SignalName.text(SIGBUS) == "BUS" && SignalName.text(SIGSYS) == "SYS")
        #expect(SignalName.text(37) == "RTMIN+3")
        #expect(SignalName.number("NONSENSE@openssh.com") == nil)
    }
}
