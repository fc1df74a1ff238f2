import Support
import Testing

@Suite struct NearestNameTests {
    @Test(
        "edit distance counts swaps of neighbours as one",
        arguments: [("", "", 0), ("abc", "", 3), ("memroy", "memory", 1), ("isa", "isas", 1), ("kitten", "sitting", 3)])
    func distance(left: String, right: String, distance: Int) {
        #expect(NearestName.editDistance(left, right) == distance)
        #expect(NearestName.editDistance(right, left) == distance)
    }

    @Test("only a near name is suggested")
    func nearest() {
        let keys = ["name", "isa", "vcpus", "memory"]
        #expect(NearestName.find("memroy", among: keys) == "memory")
        #expect(NearestName.find("VCPU", among: keys) == "vcpus")
        #expect(NearestName.find("colour", among: keys) == nil)
        #expect(NearestName.find("", among: []) == nil)
    }
}
