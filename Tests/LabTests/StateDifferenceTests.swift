import Testing

@testable import GuestContract
@testable import Lab

@Suite("What is left in a lab")
struct StateDifferenceTests {
    private func state(
        ps: String = "spaces=0 pages=0\n", boot: String = "a", tainted: UInt64 = 12288, strays: String = ""
    ) throws -> NodeState {
        try #require(
            NodeState(parts: [
                "ps": ps, "stat": "sent 1\n", "strays": strays, "boot": boot + "\n", "tainted": "\(tainted)\n",
                "uptime": "1.0 1.0\n",
                "memory": "MemFree: 1 kB\nMemAvailable: 1 kB\n",
            ]))
    }

    @Test("nothing is nothing")
    func rest() throws {
        let lab = LabState(nodes: ["x86": try state(), "arm": try state()])
        let difference = StateDifference(lab, since: lab)
        #expect(difference.isAtRest && difference.isSound && difference.nodes.isEmpty && difference.sentences.isEmpty)
        #expect(StateDifference(lab).sentences.isEmpty)
        #expect(StateDifference(LabState()).isAtRest)
    }

    @Test("a process that has never moved is left, too, unless it was there before")
    func strays() throws {
        let before = LabState(nodes: ["x86": try state(strays: "70 /root/server\n")])
        let after = LabState(nodes: ["x86": try state(strays: "70 /root/server\n91 /root/cases (deleted)\n")])
        let difference = StateDifference(after, since: before)
        #expect(!difference.isAtRest)
        #expect(difference.sentences == ["x86: process cases (deleted) 91 is left"])
        #expect(StateDifference(before, since: before).isAtRest)
    }

    @Test("processes, workers and memory are told by node")
    func leftovers() throws {
        let origin = try state(ps: "P: 120 process=0x7b comm=sort hops=1 pages=7\nspaces=1 pages=7\n")
        let other = try state(ps: "W: 87 process=0x7b comm=sort origin=0 pages=4\nspaces=1 pages=4\n")
        let memory = try state(ps: "spaces=1 pages=9\n")
        let difference = StateDifference(LabState(nodes: ["x86": origin, "arm": other, "third": memory]))
        #expect(!difference.isAtRest && difference.isSound)
        #expect(
            difference.sentences == [
                "arm: worker sort 87 is left", "arm: spaces=1 pages=4 are left", "third: spaces=1 pages=9 are left",
                "x86: process sort 120 is left", "x86: spaces=1 pages=7 are left",
            ])
    }

    @Test("a node that is silent, has booted or has warned is not as it was")
    func soundness() throws {
        let before = LabState(nodes: ["x86": try state(), "arm": try state(tainted: 512), "third": try state()])
        let after = LabState(
            nodes: ["x86": try state(boot: "b"), "arm": try state(tainted: 512 | 128)], unreachable: ["third": "gone"])
        let difference = StateDifference(after, since: before)
        #expect(!difference.isSound && !difference.isAtRest)
        #expect(
            difference.sentences == [
                "arm: the kernel is tainted D", "third does not answer: gone", "x86 has booted meanwhile",
            ])
        // What a kernel has complained of before its boot does not count against it.
        let booted = StateDifference(LabState(nodes: ["arm": try state(boot: "b", tainted: 512)]), since: before)
        #expect(booted.sentences == ["arm has booted meanwhile", "arm: the kernel is tainted W"])
    }
}
