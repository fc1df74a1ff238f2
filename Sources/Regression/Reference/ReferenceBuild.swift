import Topology

/// The build that rides along in every run of a suite, as its file describes it, and does not change.
package struct ReferenceBuild: Hashable, Sendable {
    /// Where the guests' sources and the programs that ship are from.
    package enum Tree: Hashable, Sendable {
        /// A commit of the repository that those under test are in, by any name of it.
        case commit(String)
        /// A source tree of popcorn-lab, by its absolute path.
        case tree(String)
    }

    /// A lab file, for all labs of the suite.
    package struct Lab: Hashable, Sendable {
        /// Its absolute path.
        package var path: String
        /// What is in it.
        package var spec: LabSpec
    }

    /// `nil` for those under test.
    package var tree: Tree?
    /// `nil` for the suite's own labs.
    package var lab: Lab?
    /// Programs that are built already, by the suite's names: absolute paths without the ISA's suffix.
    package var programs: [String: String] = [:]
    /// Only cases with one of these tags are measured; all if there are none.
    package var tags: [String] = []

    static let keys = ["commit", "tree", "lab", "programs", "tags"]
}
