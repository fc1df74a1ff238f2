import Testing
import Topology
import UserInput

@testable import Lab

@Suite("expected outputs of programs")
struct ExpectedOutputTests {
    private let hops = "on {origin}\non {origin+1}\non {origin+2}\n"

    @Test("nodes are counted from the origin, and from the last one on to node 0", arguments: 0..<3)
    func nodes(origin: Int) throws {
        let expected = try ExpectedOutput(parsing: hops)
        let three = (0..<3).map { "on \((origin + $0) % 3)\n" }.joined()
        #expect(expected.firstDifference(in: three, origin: origin, nodes: 3) == nil)
        let two = (0..<3).map { "on \((origin % 2 + $0) % 2)\n" }.joined()
        #expect(expected.firstDifference(in: two, origin: origin % 2, nodes: 2) == nil)
    }

    @Test("the first line that differs is told, with the node that was expected")
    func difference() throws {
        let expected = try ExpectedOutput(parsing: hops)
        #expect(
            expected.firstDifference(in: "on 1\non 1\non 1\n", origin: 1, nodes: 2)
                == .init(line: 2, expected: "on 0", actual: "on 1"))
        #expect(
            expected.firstDifference(in: "on 0\non 1\n", origin: 0, nodes: 2)
                == .init(line: 3, expected: "on 0", actual: nil))
        #expect(
            expected.firstDifference(in: "on 0\non 1\non 0\nmore\n", origin: 0, nodes: 2)
                == .init(line: 4, expected: nil, actual: "more"))
        #expect(expected.firstDifference(in: "on 0x\n", origin: 0, nodes: 2)?.line == 1)
    }

    @Test("a named number is any number, but the same everywhere")
    func numbers() throws {
        let expected = try ExpectedOutput(parsing: "pid {pid}, tid {tid}\npid {pid}\n")
        #expect(expected.firstDifference(in: "pid 12, tid 13\npid 12\n", origin: 0, nodes: 1) == nil)
        #expect(
            expected.firstDifference(in: "pid 12, tid 13\npid 13\n", origin: 0, nodes: 1)
                == .init(line: 2, expected: "pid 12", actual: "pid 13"))
        #expect(expected.firstDifference(in: "pid , tid 13\npid \n", origin: 0, nodes: 1)?.line == 1)
    }

    @Test("headers tell the arguments, and whether the program has to be moved")
    func headers() throws {
        let expected = try ExpectedOutput(parsing: "# arguments: 10 1\n# moved: from outside\nat {node}\n")
        #expect(expected.arguments == ["10", "1"])
        #expect(expected.isMovedFromOutside)
        #expect(expected.firstDifference(in: "at 1\n", origin: 0, nodes: 2) == nil)
        #expect(expected.firstDifference(in: "at 2\n", origin: 0, nodes: 2)?.line == 1)
        #expect(try !ExpectedOutput(parsing: hops).isMovedFromOutside)
    }

    @Test(
        "what is not in the form is refused",
        arguments: ["# output: 3", "a {", "{}", "{origin+0}", "{origin+x}", "{a b}"])
    func refused(line: String) {
        let error = #expect(throws: InputError.self) { try ExpectedOutput(parsing: "first\n" + line) }
        #expect(error?.summary.hasPrefix("line 2: ") == true)
    }
}
