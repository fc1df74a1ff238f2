import Results
import Testing
import Topology

@testable import Regression

@Suite("Names of booted labs")
struct LabNumbersTests {
    @Test("boots are counted by lab, and a run that goes on counts on")
    func counts() {
        let boots = ["a-1", "a-2", "b-1"].map {
            Boot(
                id: $0, lab: String($0.prefix(1)), started: 0, seconds: 0,
                fingerprint: Fingerprint(platform: [:], subject: [:]))
        }
        let numbers = LabNumbers(boots: boots)
        #expect([numbers.next("a"), numbers.next("a"), numbers.next("b"), numbers.next("c")] == [3, 4, 2, 1])
    }

    @Test(
        "whatever a suite may call a lab, its boots have names that labs may have",
        arguments: [
            "a", "pair", "kernel-6-1-with-more", "a--b", "fifteen-letter-s", "1", "x-86-x-86-x-86-x86-x-86-x-86-x8",
        ])
    func valid(lab: String) throws {
        #expect(throws: Never.self) { try NameRule.check(lab: lab) }
        for number in [1, 9_999_999] {
            let name = LabNumbers.name(mark: "3f2a", lab: lab, number: number)
            #expect(throws: Never.self) { try NameRule.check(lab: name) }
            #expect(name.hasPrefix(LabNumbers.prefix(mark: "3f2a")))
        }
    }

    @Test("labs whose names begin alike do not share a name when they run side by side")
    func alike() {
        let numbers = LabNumbers()
        let names = ["nightly-kernel-6-1", "nightly-kernel-6-12", "nightly-kernel-6", "a--b", "a-b"].map {
            LabNumbers.name(mark: "3f2a", lab: $0, number: numbers.next($0))
        }
        #expect(Set(names).count == names.count, "\(names)")
    }
}
