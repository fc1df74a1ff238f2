import Testing
import UserInput

@testable import Regression

@Suite("Filters of cases")
struct CaseFilterTests {
    /// Two programs at two starts, moved in two ways: eight cases.
    private static let text = """
        - name: first
          program: [is, own]
          arguments: "-n 1"
          start: [x86, arm]
          migrate: [none, every 50ms]
          tags: [night]
          include: [{program: own, start: arm, tags: [slow]}]
        - {name: second, program: made, fault: cut}

        """

    private func chosen(_ filter: String) throws -> [String] {
        let filter = try CaseFilter(parsing: filter)
        return try SampleSuite.cases(Self.text).filter(filter.matches).map { one in
            one.group == "second"
                ? "2"
                : [one.point.program.name, one.point.start, one.point.schedule.description].joined(separator: " ")
        }
    }

    @Test(
        "a term is an axis with a glob, or a glob over ids",
        arguments: [
            ("program=is", ["is x86 none", "is x86 every 50ms", "is arm none", "is arm every 50ms"]),
            ("program!=is", ["own x86 none", "own x86 every 50ms", "own arm none", "own arm every 50ms", "2"]),
            ("program=i", []), ("program=I*", []), ("program=*", ["all"]), ("fault=cut", ["2"]), ("fault!=none", ["2"]),
            ("tag=slow", ["own arm none", "own arm every 50ms"]),
            ("tag=n?ght and tag=sl*", ["own arm none", "own arm every 50ms"]),
            ("group=sec*", ["2"]), ("lab=three", []), ("start=arm and migrate=none", ["is arm none", "own arm none"]),
            // A blank of a value is a hyphen, as in ids.
            ("migrate=every-50ms and program=is and start=x86", ["is x86 every 50ms"]),
            ("arguments=-n-1 and group=second", []), ("arguments= ", ["2"]),
            ("second/*", ["2"]), ("first/own/*/arm/*", ["own arm none", "own arm every 50ms"]), ("first", []),
            ("*/none/*", ["is x86 none", "is arm none", "own x86 none", "own arm none", "2"]),
        ])
    func terms(filter: String, expected: [String]) throws {
        let all = try chosen("*")
        #expect(all.count == 9)
        #expect(try chosen(filter) == (expected == ["all"] ? all : expected))
    }

    @Test(
        "not binds more than and, and that more than or; parentheses bind most",
        arguments: [
            ("group=second or program=is and start=arm and migrate=none", ["is arm none", "2"]),
            ("program=is and start=arm and migrate=none or group=second", ["is arm none", "2"]),
            ("(group=second or program=is) and start=arm and migrate=none", ["is arm none"]),
            ("not group=first and start=x86", ["2"]),
            ("not (group=first and start=x86) and migrate=none and not program=own", ["is arm none", "2"]),
            ("not not group=second", ["2"]), ("((group=second))", ["2"]), ("( group=second )", ["2"]),
            ("not (not (group=second))", ["2"]), ("tag!=night", ["2"]),
        ])
    func precedence(filter: String, expected: [String]) throws { #expect(try chosen(filter) == expected) }

    @Test(
        "what is no filter is told with what is wrong in it",
        arguments: [
            ("", "a term is missing"), ("  ", "a term is missing"), ("and", "a term is missing"),
            ("not", "a term is missing"),
            ("program=is and", "a term is missing"), ("or program=is", "a term is missing"),
            ("()", "a term is missing"),
            ("(program=is", "a parenthesis is not closed"), ("program=is)", "')' follows what is a filter by itself"),
            ("program=is start=arm", "'start=arm' follows what is a filter by itself"),
            ("programm=is", "there is no axis 'programm'; did you mean 'program'?; there are program, arguments, lab"),
            ("=is", "there is no axis ''"), ("seed=1", "there is no axis 'seed'"),
            (String(repeating: "not ", count: 50_000) + "a", "it has more than 1000 words"),
            (String(repeating: "(", count: 50_000) + "a", "it has more than 1000 words"),
        ])
    func errors(filter: String, reason: String) throws {
        let error = try #require(throws: InputError.self) { try CaseFilter(parsing: filter) }
        #expect(error.summary.contains(reason), "\(error.summary.suffix(200))")
        #expect(error.hint?.contains("program=is") == true)
    }

    @Test("as many words as are allowed are read, however they nest")
    func deep() throws {
        #expect(try chosen(String(repeating: "not ", count: 998) + "group=second") == ["2"])
        #expect(try chosen(Array(repeating: "group=second", count: 500).joined(separator: " and ")) == ["2"])
    }

    @Test(
        "globs",
        arguments: [
            ("*", "", true), ("", "", true), ("", "a", false), ("?", "", false), ("?", "é", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false), ("*a", "ba", true), ("*a", "ab", false), ("**", "x", true),
            ("a-b", "a b", true),
            ("a b", "a-b", false), ("[a]", "a", false), ("[a]", "[a]", true),
        ])
    func glob(pattern: String, text: String, fits: Bool) { #expect(Glob(pattern).matches(text) == fits) }

    @Test("stars do not multiply the time that a glob takes")
    func manyStars() {
        #expect(!Glob(String(repeating: "*a", count: 40) + "b").matches(String(repeating: "a", count: 2000)))
    }
}
