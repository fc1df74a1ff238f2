import Support
import Testing

extension EndToEnd.End {
    @Test("down ends every guest in good order, leaves no process and no socket, and keeps the runs")
    func down() async throws {
        let lab = try await SharedLab.shared()
        let status = try await lab.status()
        await SharedLab.shared.isDown()
        let ending = try await lab("down")
        for node in ["x86", "arm"] { #expect(ending.errorText.contains("\(node): ended")) }
        #expect(ending.errorText.contains("lab 'pair' is down"))
        #expect(ending.output.isEmpty)
        for node in status.nodes { #expect(node.qemuPID.map { kill($0, 0) } == -1) }
        #expect(try processes(mentioning: "popcorn-pair-arm-\(lab.workplace.directories.mark)").isEmpty)
        #expect(try processes(mentioning: lab.workplace.root + "/r/").isEmpty)
        #expect(Glibc.access(lab.workplace.directories.runtime + "/pair", F_OK) != 0)
        let runs = try await lab("runs")
        #expect(runs.text.contains("-up-"))

        let again = try await lab("down", exit: 64)
        #expect(again.errorText.contains("there is no lab 'pair'"))
        try await lab("exec", "arm", "true", exit: 64)
    }
}
