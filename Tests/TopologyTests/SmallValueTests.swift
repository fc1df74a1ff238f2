import Testing
import UserInput

@testable import Topology

@Suite("amounts and lists")
struct SmallValueTests {
    @Test(
        "memory is read with and without a unit",
        arguments: [
            ("512", 512), ("512MiB", 512), ("512M", 512), ("512mb", 512), ("1G", 1024), ("2GiB", 2048), ("2 GiB", 2048),
            ("0", 0),
        ])
    func memory(text: String, mebibytes: Int) throws {
        let size = try MemorySize(parsing: text)
        #expect(size.mebibytes == mebibytes)
        #expect(try MemorySize(parsing: size.description) == size)
    }

    @Test(
        "what is not an amount of memory is refused, with the accepted forms",
        arguments: ["", "M", "-1", "1.5G", "512KiB", "512 M iB", "G1", "0x200", "99999999999999999999"])
    func noMemory(text: String) {
        let error = #expect(throws: InputError.self) { try MemorySize(parsing: text) }
        #expect(error?.summary.contains("512MiB") == true)
    }

    @Test("memory beyond counting is refused")
    func overflow() {
        #expect(throws: InputError.self) { try MemorySize(parsing: "9223372036854775807G") }
    }

    @Test(
        "a length of time needs its unit",
        arguments: [("500ms", 500), ("5s", 5000), ("2min", 120_000), ("1h", 3_600_000), ("90s", 90_000), ("0ms", 0)])
    func time(text: String, milliseconds: Int) throws {
        let span = try TimeSpan(parsing: text)
        #expect(span.milliseconds == milliseconds)
        #expect(try TimeSpan(parsing: span.description) == span)
        #expect(span.duration == .milliseconds(milliseconds))
    }

    @Test(
        "what is not a length of time is refused",
        arguments: ["", "5", "s", "-5s", "5m", "1.5s", "9223372036854775807h"])
    func noTime(text: String) {
        #expect(throws: InputError.self) { try TimeSpan(parsing: text) }
    }

    @Test(
        "CPU lists are merged and sorted",
        arguments: [
            ("0-1,3", "0-1,3", 3), ("3,0,1", "0-1,3", 3), ("0-4,2-3", "0-4", 5), ("7", "7", 1), ("1,1,1", "1", 1),
        ])
    func cpus(text: String, canonical: String, count: Int) throws {
        let list = try CPUList(parsing: text)
        #expect(list.description == canonical)
        #expect(list.count == count)
        #expect(list.cpus.count == count)
        #expect(list.last == list.cpus.last)
        #expect(list.cpus.allSatisfy(list.contains))
        #expect(!list.contains(100))
    }

    @Test(
        "what is not a CPU list is refused",
        arguments: ["", ",", "0,", "0-", "-1", "1-0", "a", "0 1", "0--1", "0-1-2", "8192", "0-99999999999999999999"])
    func noCPUs(text: String) {
        #expect(throws: InputError.self) { try CPUList(parsing: text) }
    }

    @Test("this host's CPUs are those that the kernel says are online")
    func host() throws {
        let online = try #require(CPUList.online, "/sys/devices/system/cpu/online is missing: mount sysfs")
        #expect(online.contains(0))
        #expect(online.count >= 1)
    }

    @Test(
        "names that hosts, domains and socket paths can carry",
        arguments: ["a", "x86-2", "0lab", String(repeating: "a", count: 31)])
    func goodName(name: String) { #expect(NameRule.objection(to: name) == nil) }

    @Test(
        "other names are refused",
        arguments: [
            "", "-a", "a-", "A", "a_b", "a.b", "a/b", "..", "a b", "é", "a\n", String(repeating: "a", count: 32),
        ])
    func badName(name: String) {
        #expect(NameRule.objection(to: name) != nil)
        #expect(throws: InputError.self) { try NameRule.check(lab: name) }
    }
}
