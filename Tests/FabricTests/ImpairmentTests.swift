import Testing

@testable import Fabric

struct ImpairmentTests {
    @Test(
        "delays are read in the units of tc",
        arguments: [("5ms", 5000), ("200us", 200), ("1.5s", 1_500_000), ("0ms", 0)])
    func delay(text: String, microseconds: Int) throws {
        #expect(try Impairment.duration(text) == microseconds)
    }

    @Test(
        "what is no delay is refused with an example",
        arguments: ["", "5", "ms", "-1ms", "nanms", "infs", "61s", "5 ms; reboot"])
    func badDelay(text: String) {
        let error = #expect(throws: FabricError.self) { try Impairment.duration(text) }
        #expect(error?.exitStatus == .usage)
        #expect(error?.hint?.contains("net delay") == true)
    }

    @Test("what is no loss is refused", arguments: ["101%", "-1%", "1", "%"])
    func badLoss(text: String) {
        #expect(throws: FabricError.self) { try Impairment.percentage(text) }
    }

    @Test("a rate has a unit")
    func rate() throws {
        #expect(try Impairment.rate("10mbit") == 10_000_000)
        #expect(try Impairment.rate("1Gbit") == 1_000_000_000)
        #expect(throws: FabricError.self) { try Impairment.rate("fast") }
    }

    @Test("the command sets all parameters at once, and none removes the discipline")
    func command() {
        let both = Impairment(delay: 5000, jitter: 1000).merging(Impairment(loss: 1))
        #expect(
            both.command(interface: "fabric").joined(separator: " ")
                == "tc qdisc replace dev fabric root netem delay 5000us 1000us loss 1.0%")
        #expect(Impairment().command(interface: "fabric").joined(separator: " ") == "tc qdisc del dev fabric root")
        #expect(both.summary == "delay 5 ms ± 1 ms, loss 1 %")
    }
}
