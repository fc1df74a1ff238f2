import Testing

@testable import Commands

struct EnvironmentFlagsTests {
    private func words(_ environment: [String: String], _ line: String) throws -> String {
        let words = line.split(separator: " ").map(String.init)
        let flags = try EnvironmentFlags(environment, root: CommandHelp.ofProgram)
        return (flags?.adding(to: words) ?? words).joined(separator: " ")
    }

    @Test("a variable stands for the flag of its name")
    func option() throws {
        #expect(try words(["POPCORN_LAB_LAB": "n1"], "status") == "status --lab n1")
        #expect(try words(["POPCORN_LAB_LAB": "n1"], "net cut arm") == "net cut --lab n1 arm")
        #expect(try words(["POPCORN_LAB_DRY_RUN": "yes"], "up x86,arm") == "up --dry-run x86,arm")
    }

    @Test("the command line has the last word", arguments: ["-l n2", "--lab n2", "--lab=n2"])
    func precedence(flag: String) throws {
        #expect(try words(["POPCORN_LAB_LAB": "n1"], "status \(flag)") == "status \(flag)")
        #expect(try words(["POPCORN_LAB_TCP": "1"], "ping a b --no-tcp") == "ping a b --no-tcp")
    }

    @Test("what belongs to the guest's command line is not ours")
    func passthrough() throws {
        #expect(try words(["POPCORN_LAB_LAB": "n1"], "exec arm prog --lab x") == "exec --lab n1 arm prog --lab x")
    }

    @Test("a flag that is off, empty, or unknown to the command changes nothing")
    func nothing() throws {
        #expect(try words(["POPCORN_LAB_KEEP": "0", "POPCORN_LAB_LAB": ""], "up x86") == "up x86")
        #expect(try words(["POPCORN_LAB_JITTER": "1ms"], "status") == "status")
        #expect(try words(["HOME": "/root"], "status") == "status")
    }
}
