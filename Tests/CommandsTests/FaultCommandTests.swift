import ArgumentParser
import Testing

@testable import Commands

@Suite("fault")
struct FaultCommandTests {
    @Test("what is to happen to which node is read", arguments: FaultCommand.Fault.allCases)
    func parse(fault: FaultCommand.Fault) throws {
        let command = try #require(try PopcornLab.parseAsRoot(["fault", "arm", fault.rawValue]) as? FaultCommand)
        #expect(command.node == "arm" && command.fault == fault)
    }

    @Test("anything else is refused", arguments: [["arm"], ["arm", "smash"], ["arm", "kill", "thaw"], []])
    func refuse(words: [String]) {
        #expect(throws: (any Error).self) { try PopcornLab.parseAsRoot(["fault"] + words) }
    }

    @Test("moves by chance need a mean time")
    func random() throws {
        #expect(throws: (any Error).self) { try PopcornLab.parseAsRoot(["run", "a", "--migrate-random", "7"]) }
        let run = try #require(
            try PopcornLab.parseAsRoot(["run", "a", "--migrate-random", "7", "--bounce", "3", "--stay"]) as? RunCommand)
        #expect(run.migrateRandom == 7 && run.stay)
    }
}
