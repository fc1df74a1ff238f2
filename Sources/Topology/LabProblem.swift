/// One thing that is wrong with a lab, and the field that it is about.
package struct LabProblem: Sendable, Hashable, CustomStringConvertible {
    /// The field in the notation of lab files, such as `nodes[1].address`; empty for the lab as a whole.
    package var path: String
    /// What is wrong, as a sentence that names the node or the field itself.
    package var message: String
    /// Other fields that the finding rests on; if one of them could not be read, the finding means nothing.
    var basis: [String]

    /// Makes a finding about the field `path`; `basis` names other fields that it rests on.
    package init(_ path: String, _ message: String, basis: [String] = []) {
        self.path = path
        self.message = message
        self.basis = basis
    }

    package var description: String { message }
}
