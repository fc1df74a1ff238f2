import Support
import TestSupport
import Testing
import UserInput

@testable import Regression

@Suite("Errors in suites")
struct SuiteErrorTests {
    private func failure(_ text: String) throws -> InputError {
        let error = try #require(throws: InputError.self) { try SampleSuite.read(text) }
        #expect(error.code == .invalidFile)
        #expect(error.exitStatus == .usage)
        return error
    }

    private func expectOne(_ text: String, _ line: Int, _ column: Int, _ reason: String) throws {
        let found = try failure(text).diagnostics
        try #require(found.count == 1, "\(found.map(\.description))")
        #expect(found[0].position == SourcePosition(line: line, column: column), "\(found[0])")
        #expect(found[0].message.contains(reason), "\(found[0])")
    }

    @Test(
        "what is no mapping of a suite's keys is told as such",
        arguments: [
            ("", 1, 1, "the file is empty; expected a suite"),
            ("cases: [", 2, 1, "not valid YAML"),
            ("name: s\n\tlabs: 1", 2, 1, "indent with spaces"),
            ("[]", 1, 1, "expected a suite as a mapping of keys to values, found a list"),
            ("name: s\n---\nname: t", 3, 1, "a second YAML document"),
        ])
    func whole(text: String, line: Int, column: Int, reason: String) throws {
        let found = try failure(text).diagnostics
        #expect(
            found.contains { $0.position == SourcePosition(line: line, column: column) && $0.message.contains(reason) })
    }

    /// What a suite must have, by its keys.
    private static let rest = [
        ("name:", "name: s"), ("labs:", "labs: {pair: {nodes: \"x86,arm\"}}"),
        ("programs:", "programs: {p: {binary: b}}"),
        ("cases:", "cases: [{name: g, program: p}]"),
    ]

    @Test(
        "what stands around the groups is told once, with line, column and what was meant",
        arguments: [
            ("nam: s", 1, 1, "unknown key 'nam' in a suite; did you mean 'name'?"),
            ("boots: 0", 1, 8, "boots must be from 1 to 1000"),
            ("boots: two", 1, 8, "two"),
            ("name: [s]", 1, 7, "expected a text, found a list"),
            ("name: s\nname: t", 2, 1, "the key 'name' is given twice; the first is in line 1"),
            ("reference: v1", 1, 12, "expected a reference build as a mapping"),
            ("reference: {}", 1, 12, "a reference has one of commit, tree, lab, programs"),
            ("reference: {tags: [a]}", 1, 12, "a reference has one of commit, tree, lab, programs"),
            ("reference: {comit: v1}", 1, 13, "unknown key 'comit' in a reference build; did you mean 'commit'?"),
            ("reference: {commit: v1, tree: .}", 1, 31, "of a commit or of a tree, not of both"),
            ("reference: {lab: gone.yaml}", 1, 18, "cannot open '/suites/gone.yaml'"),
            ("reference: {programs: {q: b}}", 1, 27, "the suite has no program 'q'"),
            ("reference: {programs: [p]}", 1, 23, "expected programs by their names as a mapping"),
            ("reference: {commit: v1, tags: [fast]}", 1, 32, "no case has the tag 'fast'"),
            ("labs: {}", 1, 7, "the suite has no labs"),
            ("labs: [pair]", 1, 7, "expected labs as a mapping"),
            ("labs: {pair: x86}", 1, 14, "expected a lab as a mapping"),
            ("labs: {pair: {}}", 1, 14, "a lab lacks the key 'nodes'"),
            ("labs: {pair: {nodes: 'x86,amr'}}", 1, 22, "'amr' is not an ISA; did you mean 'arm'?"),
            ("labs: {pair: {nodes: [{isa: x86, memroy: 1G}]}}", 1, 34, "did you mean 'memory'?"),
            ("labs: {pair: {node: x86}}", 1, 15, "unknown key 'node' in a lab; did you mean 'nodes'?"),
            ("labs: {My Lab: {nodes: x86}}", 1, 16, "'My Lab' cannot be the name of a lab"),
            ("labs: {../a: {name: fine, nodes: x86}}", 1, 14, "'../a' cannot be the name of a lab"),
            ("labs: {pair: {file: gone.yaml}}", 1, 21, "cannot open '/suites/gone.yaml'"),
            ("programs: {}", 1, 11, "the suite has no programs"),
            ("programs: {p: {}}", 1, 15, "a program has one of shipped, sources, make, binary; here is none"),
            ("programs: {p: {shipped: a, binary: b}}", 1, 36, "here is shipped and binary"),
            ("programs: {p: {soruces: a.c}}", 1, 16, "unknown key 'soruces' in a program; did you mean 'sources'?"),
            ("programs: {p: {sources: []}}", 1, 25, "the list is empty"),
            ("programs: {p: {sources: {a: b}}}", 1, 25, "expected a text, found a mapping"),
            ("programs: {p: {sources: [[a]]}}", 1, 26, "expected a text, found a list"),
            ("programs: {p: {binary: b, flags: [-O2]}}", 1, 34, "flags go with sources only"),
            ("programs: {p: {binary: b, target: t}}", 1, 35, "a target goes with make only"),
            ("programs: {p: {make: d}}", 1, 15, "a program lacks the key 'target'"),
            ("programs: {p: {shipped: a/b/c}}", 1, 25, "'a/b/c' is no FOLDER/NAME"),
            ("programs: {p: {shipped: ../b}}", 1, 25, "'../b' is no FOLDER/NAME"),
            ("programs: {p: {shipped: a/}}", 1, 25, "'a/' is no FOLDER/NAME"),
            ("programs: {p: {binary: b}, ../p: {binary: b}}", 1, 34, "'../p' cannot be the name of a program"),
            ("programs: {p: {binary: b}, a/p: {binary: b}}", 1, 33, "it has a slash, a blank or a control character"),
            ("programs: {p: {binary: b}, -p: {binary: b}}", 1, 32, "it begins with '-'"),
            ("programs: {p: {binary: b, environment: {A B: x}}}", 1, 46, "'A B' cannot be the name of a variable"),
            ("programs: {p: {binary: b, environment: {A: [x]}}}", 1, 44, "expected a text, found a list"),
            ("faults: [cut]", 1, 9, "expected faults as a mapping"),
            ("faults: {none: [{cut: arm}]}", 1, 16, "'none' means that nothing goes wrong"),
            ("faults: {f: []}", 1, 13, "a fault has one step at least"),
            ("faults: {f: {cut: arm}}", 1, 13, "expected a list, found a mapping"),
            ("faults: {f: [{}]}", 1, 14, "a step does one of cut"),
            ("faults: {f: [{cut: arm, heal: arm}]}", 1, 31, "here is cut and heal"),
            ("faults: {f: [{ctu: arm}]}", 1, 15, "unknown key 'ctu' in a step of a fault; did you mean 'cut'?"),
            ("faults: {f: [{delay: 5ms}]}", 1, 14, "a step of a fault lacks the key 'node'"),
            ("faults: {f: [{delay: 5, node: arm}]}", 1, 22, "'5' is no delay"),
            ("faults: {f: [{loss: 101%, node: arm}]}", 1, 21, "'101%' is no loss: expected 0% to 100%"),
            ("faults: {f: [{rate: 0bit, node: arm}]}", 1, 21, "'0bit' is no rate"),
            ("faults: {f: [{kill: arm, node: arm}]}", 1, 32, "a node of its own goes with delay, loss, rate only"),
            ("faults: {f: [{sigkill: arm}]}", 1, 24, "'arm' is no process; expected origin, or worker NODE"),
            ("faults: {f: [{cut: arm, at: 5}]}", 1, 29, "'5' is no moment"),
            ("faults: {f: [{cut: arm, at: hop 0}]}", 1, 29, "expected a number of hops, at least 1"),
            ("faults: {f: [{cut: arm, at: hop}]}", 1, 29, "'hop' is no moment"),
            ("faults: {f: [{cut: arm, at: 'output ('}]}", 1, 29, "'(' is no regular expression"),
            ("faults: {f: [{cut: arm, at: 'dmesg ('}]}", 1, 29, "'(' is no regular expression"),
            ("faults: {f: [{cut: arm, at: {node: arm}}]}", 1, 29, "a moment lacks the key 'dmesg'"),
            (
                "faults: {f: [{cut: arm, at: {dmseg: a}}]}", 1, 30,
                "unknown key 'dmseg' in a moment; did you mean 'dmesg'?"
            ),
            ("faults: {f: [{cut: arm, at: {dmesg: '('}}]}", 1, 37, "'(' is no regular expression"),
            ("defaults: {expects: {}}", 1, 12, "unknown key 'expects' in the defaults; did you mean 'expect'?"),
            ("defaults: {tags: smoke}", 1, 18, "expected a list of texts, found 'smoke'"),
            ("cases: []", 1, 8, "the suite has no cases"),
            ("cases: {}", 1, 8, "expected a list, found a mapping"),
        ])
    func around(text: String, line: Int, column: Int, reason: String) throws {
        let lines = [text] + Self.rest.filter { !text.hasPrefix($0.0) }.map(\.1)
        try expectOne(lines.joined(separator: "\n"), line, column, reason)
    }

    @Test("each key that a suite must have is missed", arguments: ["name:", "labs:", "programs:", "cases:"])
    func required(key: String) throws {
        let text = Self.rest.filter { $0.0 != key }.map(\.1).joined(separator: "\n")
        try expectOne(text, 1, 1, "a suite lacks the key '\(key.dropLast())'")
    }

    @Test(
        "what a group says is told once, with its place",
        arguments: [
            ("name: g", 0, "the key 'name' is given twice"),
            ("prgram: is", 0, "unknown key 'prgram' in a group of cases; did you mean 'program'?"),
            ("repeat: 0", 8, "repeat must be from 1 to 10000"),
            ("repeat: 10001", 8, "repeat must be from 1 to 10000"),
            ("repeat: -1", 8, "repeat must be from 1 to 10000"),
            ("repeat: often", 8, "expected a whole number, found 'often'"),
            ("arguments: []", 11, "the list is empty"),
            ("arguments: 'a \"b'", 11, "has a quote that is not closed"),
            ("arguments: [a, {b: c}]", 15, "expected a text, found a mapping"),
            ("lab: piar", 5, "the suite has no lab 'piar'; did you mean 'pair'?; it has pair, three"),
            ("fault: kil", 7, "the suite has no fault 'kil'; did you mean 'kill'?"),
            ("fault: [none, cuts]", 14, "the suite has no fault 'cuts'; did you mean 'cut'?"),
            ("migrate: often", 9, "'often' is no schedule of moves; expected none, own, every TIME"),
            ("migrate: every 5", 9, "a unit: ms, s, min or h"),
            ("migrate: every 0s", 9, "the time must not be zero"),
            ("migrate: random", 9, "is no schedule of moves"),
            ("migrate: bounce 0", 9, "expected a number of moves, at least 1"),
            ("migrate: [own, 'at :']", 15, "expected FUNCTION or FUNCTION:N"),
            ("tags: {a: b}", 6, "expected a list of texts, found a mapping"),
            ("include: {program: is}", 9, "expected a list, found a mapping"),
            ("include: [{repeat: 2}]", 11, "unknown key 'repeat' in an inclusion"),
            ("include: [{program: si}]", 20, "the suite has no program 'si'"),
            ("exclude: [{tags: [a]}]", 11, "unknown key 'tags' in an exclusion"),
            ("exclude: [{migrate: of}]", 20, "'of' is no schedule of moves"),
            ("figures: [a]", 9, "expected figures as a mapping"),
            ("figures: {t: {}}", 13, "a figure lacks the key 'matches'"),
            ("figures: {t: {matches: '('}}", 23, "'(' is no regular expression"),
            ("figures: {t: {matches: a, better: more}}", 34, "'more' is not a better of a figure"),
            ("figures: {wall: {matches: a}}", 16, "a figure called 'wall' is measured of every case"),
            ("figures: {w / reference: {matches: a}}", 25, "is for figures of a reference build"),
            ("figures: {w (reference): {matches: a}}", 25, "is for figures of a reference build"),
            ("figures: {hop.x: {matches: a}}", 17, "a figure called 'hop.x' is measured"),
            ("expect: 0", 8, "expected an expectation as a mapping"),
            ("expect: {exti: 0}", 9, "unknown key 'exti' in an expectation; did you mean 'exit'?"),
            ("expect: {exit: 256}", 15, "'256' is no exit code; expected 0 to 255, or any"),
            ("expect: {exit: -1}", 15, "'-1' is no exit code"),
            ("expect: {signal: KILL}", 17, "'KILL' is no signal; expected a name such as SIGSEGV"),
            ("expect: {exit: 0, signal: SIGKILL}", 26, "not with both"),
            ("expect: {stdout: sam}", 17, "expected any, unmigrated, shipped, or a mapping"),
            ("expect: {stderr: shipped}", 17, "expected any, unmigrated, or a mapping"),
            ("expect: {stdout: {}}", 17, "an output has one of exact, matches, golden"),
            ("expect: {stdout: {exact: a, golden: b}}", 36, "an output has one of"),
            ("expect: {stdout: {matches: '*'}}", 27, "is no regular expression"),
            ("expect: {dmesg: {has: a}}", 16, "expected a list, found a mapping"),
            ("expect: {dmesg: [{node: arm}]}", 17, "a line has one of has, lacks, ignores"),
            ("expect: {dmesg: [{has: a, lacks: b}]}", 33, "a line has one of has, lacks, ignores"),
            ("expect: {dmesg: [{hass: a, lacks: b}]}", 18, "unknown key 'hass'"),
            ("expect: {counts: {hop: 1}}", 18, "unknown key 'hop' in counts; did you mean 'hops'?"),
            ("expect: {counts: {hops: many}}", 24, "'many' is no range of counts; expected N, N..M, N.. or ..M"),
            ("expect: {counts: {hops: 3..2}}", 24, "'3..2' holds no count: 3 is larger than 2"),
            ("expect: {counts: {hops: ..}}", 24, "is no range of counts"),
            ("expect: {counts: {hops: 1..2..3}}", 24, "is no range of counts"),
            ("expect: {counts: {hops: -1}}", 24, "is no range of counts"),
            ("expect: {within: 20}", 17, "a unit: ms, s, min or h"),
            ("expect: {within: 0s}", 17, "a limit of no time lets nothing pass"),
        ])
    func group(text: String, offset: Int, reason: String) throws {
        try expectOne(SampleSuite.head + "- {name: g, program: is, \(text)}", 11, 26 + offset, reason)
    }

    @Test(
        "what does not go together is told with its place, too",
        arguments: [
            ("- {name: g, program: is, start: amr}", 33, "the lab 'pair' has no node 'amr'; did you mean 'arm'?"),
            (
                "- {name: g, program: is, start: [x86, 2]}", 39,
                "no node '2' (in group 'g'); the nodes are x86 (0), arm (1)"
            ),
            ("- {name: g, program: is, lab: three, start: 7}", 45, "the lab 'three' has no node '7'"),
            (
                "- {name: g, program: is, expect: {dmesg: [{has: a, node: b}]}}", 58,
                "the lab 'pair' has no node 'b'"
            ),
            ("- {name: g, program: is, include: [{start: b}]}", 44, "the lab 'pair' has no node 'b'"),
            (
                "- {name: g, program: is, include: [{fault: cut, start: arm}, {lab: three, start: c}]}", 82,
                "no node 'c'"
            ),
            ("- {name: g, program: is, include: [{program: is}]}", 36, "adds nothing to what is there already"),
            ("- {name: g, program: is, exclude: [{start: arm}]}", 36, "this excludes nothing"),
            ("- {name: g, program: is, exclude: [{start: x86}]}", 3, "group 'g' has no cases left"),
            ("- {name: g, program: [is, is]}", 3, "two cases have the id 'g/is/pair/x86/none'"),
            ("- {name: g, program: is, arguments: [a b, a-b]}", 3, "two cases have the id 'g/is/pair/x86/none/a-b'"),
            ("- {name: g, program: is}\n- {name: g, program: own}", 10, "another group is called 'g' too"),
            ("- {name: -g, program: is}", 10, "has no hyphen in front"),
            ("- {name: '', program: is}", 10, "is not empty"),
            ("- {name: g, program: own, expect: {stdout: shipped}}", 44, "nothing ships that program 'own'"),
            ("- {name: g, program: [is, own], expect: {stdout: shipped}}", 50, "nothing ships that program 'own'"),
            (
                "- {name: g, program: [is, own, made], start: [x86, arm], repeat: 10000, migrate: [own, none]}", 3,
                "100000"
            ),
        ])
    func together(text: String, column: Int, reason: String) throws {
        try expectOne(SampleSuite.head + text, 10 + text.split(separator: "\n").count, column, reason)
    }

    @Test("a node that a fault names is told where the fault stands, once")
    func faultNode() throws {
        let text = SampleSuite.head.replacing("{kill: arm,", with: "{kill: amr,")
        try expectOne(
            text + "- {name: g, program: [is, own], fault: kill, start: [x86, arm]}", 9, 36,
            "the lab 'pair' has no node 'amr'; did you mean 'arm'? (in group 'g')")
    }

    @Test("a node whose kernel a fault waits for is told where it stands")
    func awaitedNode() throws {
        let text = SampleSuite.head.replacing("at: hop 1", with: "at: {dmesg: x, node: amr}")
        try expectOne(
            text + "- {name: g, program: is, fault: kill}", 9, 69,
            "the lab 'pair' has no node 'amr'; did you mean 'arm'? (in group 'g')")
    }

    @Test("groups are not told that there is none of what could not be read")
    func noCascade() throws {
        let text = """
            name: s
            labs: {pair: {nodes: 3}}
            programs: {p: {binary: [b]}}
            faults: {f: 1}
            cases: [{name: g, program: p, lab: pair, fault: f, include: [{program: p, lab: pair, fault: f, start: arm}]}]
            """
        #expect(try failure(text).diagnostics.map(\.position.line) == [2, 3, 4])
    }

    @Test("all errors are told at once, in order, as compilers do")
    func all() throws {
        let text = """
            name: s
            labs:
              pair: {nodes: "x86,amr"}
            programs:
              is: {shiped: is}
            cases:
              - name: g
                program: si
                migrate: sometimes
                expect: {exit: no}
              - {program: is, fault: f, tags: x}
            """
        let error = try failure(text)
        #expect(error.summary.hasPrefix("/suites/s.yaml: 8 errors\n/suites/s.yaml:3:17: error: 'amr' is not an ISA"))
        #expect(
            error.diagnostics.map { [$0.position.line, $0.position.column] } == [
                [3, 17], [5, 8], [8, 14], [9, 14], [10, 20], [11, 5], [11, 26], [11, 35],
            ])
    }

    @Test("the errors of a lab's own file are told at the place that names it")
    func labFile() throws {
        let scratch = try Scratch()
        try scratch.write("nodes: [{isa: x68}]", to: "lab.yaml")
        let path = try scratch.write(
            "name: s\nlabs: {pair: {file: lab.yaml}}\nprograms: {p: {binary: b}}\ncases: [{name: g, program: p}]",
            to: "s.yaml")
        let error = try #require(throws: InputError.self) { try Suite(yamlFile: path, vcpus: .each(1)) }
        #expect(error.diagnostics.map(\.position) == [SourcePosition(line: 2, column: 21)])
        #expect(error.summary.contains("lab.yaml:1:15: error: 'x68' is not an ISA; did you mean 'x86'?"))
        let both = try failure(
            "name: s\nlabs: {a: {file: /dev/null, nodes: x86}}\nprograms: {}\ncases: [{name: g, program: p}]")
        #expect(both.diagnostics.map(\.position.column) == [18, 36, 11])
        #expect(both.diagnostics[1].message == "a lab with a file has no 'nodes' here")
    }

    @Test("a reference's lab must have the nodes that cases name")
    func referenceLab() throws {
        let scratch = try Scratch()
        try scratch.write("nodes: x86", to: "lab.yaml")
        let path = try scratch.write(
            SampleSuite.head.replacing("labs:", with: "reference: {lab: lab.yaml}\nlabs:")
                + "- {name: g, program: is, start: arm}", to: "s.yaml")
        let error = try #require(throws: InputError.self) { try Suite(yamlFile: path, vcpus: .each(1)) }
        #expect(error.diagnostics.map(\.position) == [SourcePosition(line: 2, column: 18)])
        #expect(error.summary.contains("the suite does not fit on this lab: "), "\(error)")
        #expect(error.summary.contains("has no node 'arm'"), "\(error)")
    }

    @Test("a file that cannot be read is told as such")
    func unreadable() throws {
        let scratch = try Scratch()
        let gone = try #require(throws: InputError.self) { try Suite(yamlFile: scratch.file("gone"), vcpus: .each(1)) }
        #expect(gone.code == .unreadableFile)
        let binary = try scratch.write([0xff, 0xfe, 0x00], to: "binary")
        let error = try #require(throws: InputError.self) { try Suite(yamlFile: binary, vcpus: .each(1)) }
        #expect(error.summary.contains("is not a text in UTF-8"))
    }
}
