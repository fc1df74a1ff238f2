import Topology
import UserInput

@testable import Regression

/// Suites for tests that need no guest.
enum SampleSuite {
    /// Two labs, three programs and two faults, in ten lines; groups follow.
    static let head = """
        name: sample
        labs:
          pair: {nodes: "x86,arm"}
          three: {nodes: "2*x86,arm"}
        programs:
          is: {shipped: tutorial/is}
          own: {sources: [a.c, b.c], flags: [-O3]}
          made: {make: sub, target: prog, environment: {A: "1"}}
        faults: {cut: [{cut: arm}], kill: [{kill: arm, at: hop 1}]}
        cases:

        """

    /// Reads a suite whose file lies in `/suites`.
    static func read(_ text: String) throws(InputError) -> Suite {
        try Suite(yaml: text, file: "/suites/s.yaml", vcpus: .each(1))
    }

    /// Reads groups of cases below `head`.
    static func groups(_ text: String) throws(InputError) -> Suite { try read(head + text) }

    /// The cases of groups below `head`.
    static func cases(_ text: String) throws(InputError) -> [SuiteCase] { try groups(text).cases() }

    /// A case of the group `- {name: g, program: is}` with more keys.
    static func one(_ more: String = "") throws -> SuiteCase {
        let cases = try cases("  - {name: g, program: is\(more.isEmpty ? "" : ", " + more)}")
        guard cases.count == 1 else { throw InputError(.inconsistent, "\(cases.count) cases, not one") }
        return cases[0]
    }
}
