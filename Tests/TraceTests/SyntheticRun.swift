import TestSupport

@testable import Trace

/// The files of a run of two or more nodes that exchange messages, with known host times.
struct SyntheticRun {
    static let epoch: Int64 = 1_700_000_000_000_000

    struct Node {
        var name: String
        var label: String
        /// Host µs at which the guest's clock is zero.
        var start: Int64
        var drift: Double
        var trace = ""
        var clock = ""

        func guest(_ host: Int64) -> Int64 { Int64((Double(host - start) / (1 + drift)).rounded()) }

        mutating func event(at host: Int64, task: String = "kworker/0:1", pid: Int = 31, cpu: Int = 0, _ text: String) {
            let time = guest(host)
            let fraction = String(1_000_000 + time % 1_000_000).dropFirst()
            trace += "  \(task)-\(pid) [00\(cpu)] .....  \(time / 1_000_000).\(fraction): \(text)\n"
        }

        mutating func sample(at host: Int64, roundTrip: Int64 = 2000) {
            clock +=
                "{\"host_before_us\":\(host),\"guest_ns\":\(guest(host + roundTrip / 2) * 1000),"
                + "\"host_after_us\":\(host + roundTrip)}\n"
        }
    }

    var nodes: [Node] = [
        Node(name: "x86", label: "x86-64", start: epoch - 30_000_000, drift: 0.0006),
        Node(name: "arm", label: "aarch64", start: epoch - 12_345_678, drift: -0.0003),
    ]

    /// Requests from node 0 and replies from node 1 at an even pace; each takes 300 µs or a little more one way.
    mutating func exchange(_ count: Int, every pace: Int64 = 2000) {
        for index in nodes.indices { nodes[index].sample(at: Self.epoch - 5000) }
        for number in 0..<count {
            let start = Self.epoch + Int64(number) * pace
            let forth = start + 300 + Int64(number % 7) * 10
            let back = forth + 50 + 300 + Int64(number % 5) * 10
            nodes[0].event(at: start, Self.message("send", 0, 1, type: 11, size: 58, number))
            nodes[1].event(
                at: forth, task: "pcn_recv_0", pid: 77, Self.message("recv", 0, 1, type: 11, size: 58, number))
            nodes[1].event(
                at: forth + 50, task: "pcn_recv_0", pid: 77, Self.message("send", 1, 0, type: 12, size: 4130, number))
            nodes[0].event(
                at: back, task: "pcn_recv_1", pid: 78, Self.message("recv", 1, 0, type: 12, size: 4130, number))
        }
        for index in nodes.indices { nodes[index].sample(at: Self.epoch + Int64(count) * pace + 5000) }
    }

    static func message(_ side: String, _ from: Int, _ to: Int, type: Int, size: Int, _ number: Int) -> String {
        "msg_\(side): from=\(from) to=\(to) type=\(type) size=\(size) epoch=1 seq=\(number) station=7"
    }

    /// Writes the run's directory and says where its files are.
    func write(to scratch: Scratch) throws -> [NodeTraceFiles] {
        try nodes.enumerated().map { index, node in
            let folder = "nodes/\(node.name)"
            try scratch.write(node.trace, to: "\(folder)/trace.txt")
            try scratch.write(node.clock, to: "\(folder)/clock.jsonl")
            try scratch.write("11 PAGE_REQUEST\n12 PAGE_RESPONSE\n", to: "\(folder)/types.txt")
            return NodeTraceFiles(
                name: node.name, label: node.label, id: Int32(index), directory: "\(scratch.path)/\(folder)")
        }
    }
}
