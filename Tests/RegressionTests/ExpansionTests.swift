import Support
import Testing
import UserInput

@testable import Regression

@Suite("Cases of a suite")
struct ExpansionTests {
    private func ids(_ text: String) throws -> [String] { try SampleSuite.cases(text).map(\.id) }

    @Test("axes are combined, the last one varies fastest, and what is not given has its default")
    func order() throws {
        #expect(try ids("- {name: g, program: is}") == ["g/is/pair/x86/none"])
        #expect(
            try ids("- {name: g, program: [is, own], lab: [pair, three], migrate: [none, own], fault: [none, cut]}")
                == [
                    "g/is/pair/x86/none", "g/is/pair/x86/none/cut", "g/is/pair/x86/own", "g/is/pair/x86/own/cut",
                    "g/is/three/x86/none", "g/is/three/x86/none/cut", "g/is/three/x86/own", "g/is/three/x86/own/cut",
                    "g/own/pair/x86/none", "g/own/pair/x86/none/cut", "g/own/pair/x86/own", "g/own/pair/x86/own/cut",
                    "g/own/three/x86/none", "g/own/three/x86/none/cut", "g/own/three/x86/own",
                    "g/own/three/x86/own/cut",
                ])
        #expect(
            try ids("- {name: g, program: is, arguments: [a, b], start: [x86, arm]}\n- {name: h, program: own}") == [
                "g/is/pair/x86/none/a", "g/is/pair/arm/none/a", "g/is/pair/x86/none/b", "g/is/pair/arm/none/b",
                "h/own/pair/x86/none",
            ])
    }

    @Test("repetitions are cases of their own, with chance of their own")
    func repetitions() throws {
        let cases = try SampleSuite.cases("- {name: g, program: is, repeat: 3}")
        #expect(cases.map(\.id) == ["g/is/pair/x86/none/1", "g/is/pair/x86/none/2", "g/is/pair/x86/none/3"])
        #expect(cases.map(\.repetition) == [1, 2, 3])
        #expect(Set(cases.map { $0.plan(seed: 7).seed }).count == 3)
    }

    @Test("a case's chance follows from the run's seed and its id, whichever others run beside it")
    func seeds() throws {
        let alone = try SampleSuite.cases("- {name: g, program: is}")
        let beside = try SampleSuite.cases("- {name: f, program: is}\n- {name: g, program: [own, is]}")
        #expect(alone[0].plan(seed: 7) == beside[2].plan(seed: 7))
        #expect(alone[0].plan(seed: 7).seed != alone[0].plan(seed: 8).seed)
        #expect(alone[0].plan(seed: 7).axes["repetition"] == "1")
        #expect(alone[0].plan(seed: 7).axes["group"] == "g")
        #expect(alone[0].plan(seed: 7).axes["arguments"] == "")
    }

    @Test("exclusions take combinations away; all that they say must be true of one")
    func exclude() throws {
        let group = "- {name: g, program: [is, own], start: [x86, arm], exclude: "
        #expect(
            try ids(group + "[{program: is, start: arm}]}") == [
                "g/is/pair/x86/none", "g/own/pair/x86/none", "g/own/pair/arm/none",
            ])
        #expect(try ids(group + "[{program: is}, {start: arm}]}") == ["g/own/pair/x86/none"])
        // Times are equal, however they are written.
        #expect(
            try ids("- {name: g, program: is, migrate: [own, every 1s], exclude: [{migrate: every 1000ms}]}").count == 1
        )
    }

    @Test("an inclusion adds to the combinations that it covers, also to those that another has made")
    func includeCovered() throws {
        let cases = try SampleSuite.cases(
            """
            - name: g
              program: [is, own]
              tags: [a]
              include:
                - {program: own, tags: [slow, a], expect: {exit: 3}}
                - {program: made, migrate: own}
                - {program: made, tags: [new]}
            """)
        #expect(cases.map(\.id) == ["g/is/pair/x86/none", "g/own/pair/x86/none", "g/made/pair/x86/own"])
        #expect(cases.map(\.tags) == [["a"], ["a", "slow"], ["a", "new"]])
        #expect(cases.map(\.expectation.ending) == [nil, .exit(3), nil])
    }

    @Test("an inclusion that covers nothing is a case, with the group's first values where it has none")
    func includeNew() throws {
        let cases = try SampleSuite.cases(
            """
            - name: g
              program: [own, is]
              lab: three
              start: [arm, x86-2]
              arguments: [a, b]
              migrate: [own, none]
              include: [{fault: cut}, {lab: pair, program: made, start: 1, arguments: c d, migrate: bounce 2}]
            """)
        #expect(cases.count == 18)
        #expect(cases[16].id == "g/own/three/arm/own/cut/a")
        #expect(cases[17].id == "g/made/pair/1/bounce-2/c-d")
        #expect(cases[17].point.lab.spec.nodes.map(\.name) == ["x86", "arm"])
    }

    @Test("what is excluded may be included again")
    func excludeFirst() throws {
        #expect(
            try ids("- {name: g, program: [is, own], exclude: [{program: is}], include: [{program: is, migrate: own}]}")
                == ["g/own/pair/x86/none", "g/is/pair/x86/own"])
    }

    @Test("tags of the defaults, of the group and of inclusions are joined, each once")
    func tags() throws {
        let text = SampleSuite.head.replacing("cases:", with: "defaults: {tags: [night, all]}\ncases:")
        let cases = try SampleSuite.read(
            text + "- {name: g, program: is, tags: [all, slow], include: [{tags: [night, x]}]}"
        ).cases()
        #expect(cases[0].tags == ["night", "all", "slow", "x"])
    }

    @Test("paths in a suite start from its folder")
    func paths() throws {
        let suite = try SampleSuite.groups("- {name: g, program: is, expect: {stdout: {golden: ../gold/is.txt}}}")
        #expect(suite.programs[1].source == .sources(["/suites/a.c", "/suites/b.c"], flags: ["-O3"]))
        #expect(suite.programs[2].source == .make(directory: "/suites/sub", target: "prog"))
        #expect(suite.programs[2].environment == ["A": "1"])
        #expect(try suite.cases()[0].expectation.stdout == .golden("/gold/is.txt"))
        #expect(suite.labs.map(\.spec.name) == ["pair", "three"])
    }

    @Test("the default of flags, and the name of a program that is alone in its folder")
    func programs() throws {
        let suite = try SampleSuite.read(
            "name: s\nlabs: {l: {nodes: x86}}\nprograms: {a: {sources: a.c}, t: {shipped: torture}, b: {binary: /x/b}}\n"
                + "cases: [{name: g, program: a}]")
        #expect(
            suite.programs.map(\.source) == [
                .sources(["/suites/a.c"], flags: ["-O2"]), .shipped(folder: "torture", name: "torture"),
                .binary("/x/b"),
            ])
    }

    @Test("a matrix that is too large is refused before it is made")
    func huge() throws {
        let many = "[" + (0..<1000).map { "a\($0)" }.joined(separator: ", ") + "]"
        let error = try #require(throws: InputError.self) {
            try SampleSuite.cases(
                "- {name: g, program: is, arguments: \(many), start: \(many), repeat: 10000, fault: [none, cut, kill]}")
        }
        #expect(error.diagnostics.map(\.message) == ["the suite has more than 100000 cases with group 'g'"])
    }
}
