import FoundationEssentials
import Testing
import UserInput

@testable import Topology

@Suite("addresses")
struct NetworkTests {
    @Test("an IPv4 address is written as it was read", arguments: ["0.0.0.0", "10.4.4.100", "255.255.255.255"])
    func address(text: String) throws {
        #expect(try IPv4Address(parsing: text).description == text)
    }

    @Test("bytes are in network order")
    func order() {
        #expect(IPv4Address(10, 4, 5, 6).bytes == [10, 4, 5, 6])
        #expect(IPv4Address(10, 4, 5, 6).bits == 0x0a04_0506)
        #expect(IPv4Address(9, 255, 255, 255) < IPv4Address(10, 0, 0, 0))
    }

    @Test(
        "what is not an IPv4 address is refused",
        arguments: [
            "", "10.4.4", "10.4.4.1.2", "10.4.4.256", "10.4.4.01", "10.4.4.-1", "10.4.4.+1", " 10.4.4.1", "10.4.4.1 ",
            "a.b.c.d", "10..4.1", "10.4.4.", "10.4.4.00000000000000000000001", "::1", "10.4.4.١",
        ])
    func noAddress(text: String) {
        #expect(throws: InputError.self) { try IPv4Address(parsing: text) }
    }

    @Test("a subnet knows its mask, its broadcast address and its hosts")
    func subnet() throws {
        let subnet = try IPv4Subnet(parsing: "10.4.4.128/25")
        #expect(subnet.description == "10.4.4.128/25")
        #expect(subnet.netmask.description == "255.255.255.128")
        #expect(subnet.broadcast.description == "10.4.4.255")
        #expect(subnet.hostCount == 126)
        #expect(subnet.host(1)?.description == "10.4.4.129")
        #expect(subnet.host(126)?.description == "10.4.4.254")
        #expect(subnet.host(0) == nil)
        #expect(subnet.host(127) == nil)
        #expect(subnet.contains(IPv4Address(10, 4, 4, 128)))
        #expect(!subnet.contains(IPv4Address(10, 4, 4, 127)))
    }

    @Test("the smallest and the largest subnet work", arguments: [("10.0.0.0/8", 16_777_214), ("10.4.4.4/30", 2)])
    func extremes(text: String, hosts: Int) throws {
        let subnet = try IPv4Subnet(parsing: text)
        #expect(subnet.hostCount == hosts)
        #expect(subnet.host(hosts).map { $0.bits + 1 } == subnet.broadcast.bits)
    }

    @Test(
        "what is not a subnet is refused, and why",
        arguments: [
            ("10.4.4.0", "prefix length"), ("10.4.4.0/", "prefix length"), ("10.4.4.0/31", "from 8 to 30"),
            ("10.4.4.0/0", "from 8 to 30"), ("10.4.4.0/24/1", "prefix length"), ("10.4.4/24", "prefix length"),
            ("10.4.4.0/+24", "prefix length"), ("10.4.4.7/24", "10.4.4.0/24"),
        ])
    func noSubnet(text: String, reason: String) {
        let error = #expect(throws: InputError.self) { try IPv4Subnet(parsing: text) }
        #expect(error?.summary.contains(reason) == true)
    }

    @Test("generated Ethernet addresses are local, unicast, repeatable and unique in a lab")
    func macAddresses() {
        let all = (0..<32).flatMap { node in
            MACAddress.Role.allCases.map { MACAddress(lab: "lab-1", node: node, role: $0) }
        }
        #expect(Set(all).count == 64)
        #expect(
            // Locally administered, and no multicast.
            all.allSatisfy { $0.bytes[0] & 3 == 2 && $0.bytes.count == 6 && $0.bytes[0] != 0xfe })
        #expect(all[0] == MACAddress(lab: "lab-1", node: 0, role: MACAddress.Role.allCases[0]))
    }

    @Test("labs differ in their Ethernet addresses")
    func macsOfLabs() {
        let labs = (0..<500).map { MACAddress(lab: "lab-\($0)", node: 0, role: .fabric) }
        #expect(Set(labs).count == labs.count)
    }

    @Test("an Ethernet address survives text, and bad ones are refused")
    func macText() throws {
        let address = MACAddress(lab: "lab", node: 3, role: .management)
        #expect(try MACAddress(parsing: address.description) == address)
        #expect(try MACAddress(parsing: "02:0A:ff:00:00:01").description == "02:0a:ff:00:00:01")
        for text in [
            "", "02:0a:ff:00:00", "02:0a:ff:00:00:1", "02:0a:ff:00:00:zz", "02-0a-ff-00-00-01", "+2:0a:ff:00:00:01",
        ] {
            #expect(throws: InputError.self) { try MACAddress(parsing: text) }
        }
    }

    @Test("records keep addresses as text")
    func records() throws {
        let encoded = try JSONEncoder().encode([try IPv4Subnet(parsing: "10.4.4.0/24")])
        #expect(String(decoding: encoded, as: UTF8.self) == #"["10.4.4.0\/24"]"#)
        #expect(try JSONDecoder().decode([IPv4Subnet].self, from: encoded).first?.prefixLength == 24)
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode([IPv4Address].self, from: Array(#"["10.4.4"]"#.utf8).asData)
        }
    }
}

extension [UInt8] {
    var asData: Data { Data(self) }
}
