import Topology

/// A suite: labs, programs and faults by their names, and groups of cases that combine them.
///
/// Its file's format is described in `docs/regression.md`.
package struct Suite: Sendable {
    /// A lab under the name that the suite gives it.
    package struct Lab: Hashable, Sendable {
        /// As the suite calls it.
        package var name: String
        /// Its nodes; the name in there is the suite's, and each boot gets a name of its own.
        package var spec: LabSpec
    }

    /// The suite's name.
    package var name: String
    /// What it is for, in a sentence; may be empty.
    package var summary: String
    /// Its file, as an absolute path.
    package var file: String
    /// How many fresh boots of its lab measure each case, unless the command line says so.
    package var boots = 1
    /// What rides along in every run; `nil` for nothing.
    package var reference: ReferenceBuild?
    /// In the order of the file.
    package var labs: [Lab]
    /// In the order of the file.
    package var programs: [SuiteProgram]
    /// In the order of the file, without `none`.
    package var faults: [FaultPlan]
    /// In the order of the file.
    package var groups: [CaseGroup]
}

/// Cases that are combinations of lists of values.
package struct CaseGroup: Sendable {
    /// One combination.
    package struct Point: Hashable, Sendable {
        package var program: SuiteProgram
        /// As in the file; `words` has them one by one.
        package var arguments: String
        package var lab: Suite.Lab
        /// The node that the program starts on, as the suite names it.
        package var start: String
        package var schedule: MoveSchedule
        package var fault: FaultPlan
    }

    /// The values of each axis, none of them empty.
    package struct Axes: Sendable {
        package var programs: [SuiteProgram] = []
        package var arguments = [""]
        package var labs: [Suite.Lab] = []
        package var starts: [String] = []
        package var schedules: [MoveSchedule] = [.none]
        package var faults: [FaultPlan] = [.none]
    }

    /// A part of the combinations, and what becomes of them. Absent axes mean all values.
    package struct Selection: Sendable {
        /// By the axis's key in the file: the value as it is written there.
        package var values: [String: String] = [:]
        /// What `include` adds to the combinations.
        package var tags: [String] = []
        /// Likewise.
        package var expectation = Expectation()
        /// Where it stands in the file, for errors.
        package var path: String
    }

    /// Unique in the suite.
    package var name: String
    /// Where it stands in the file, for errors.
    package var path: String
    package var axes: Axes
    /// How often each combination is run.
    package var repetitions: Int
    package var include: [Selection]
    package var exclude: [Selection]
    package var tags: [String]
    package var expectation: Expectation
    package var figures: [PrintedFigure]
}

/// A case, ready to be run.
package struct SuiteCase: Sendable {
    /// Its id, its place in the matrix, its tags.
    package var id: String
    package var group: String
    package var point: CaseGroup.Point
    /// From 1.
    package var repetition: Int
    package var tags: [String]
    package var expectation: Expectation
    package var figures: [PrintedFigure]
}
