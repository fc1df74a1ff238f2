import Results
import Trace

/// What was seen of one try of a case: all that its verdict rests on.
struct CaseObservation: Sendable {
    /// How the program ended.
    enum Ending: Sendable {
        case exited(Int32)
        /// With `SIG` in front.
        case signalled(String)
        /// It was ended, because its time was over.
        case timedOut
        /// We ended it: its guest died, it wrote too much, or a fault took its node away.
        case abandoned
        /// The connection broke, and the guest lives.
        case lost(String)
    }

    /// A node that died, panicked or went silent.
    struct Death: Sendable {
        var node: String
        var summary: String
    }

    var ending: Ending
    var stdout: BoundedOutput.Content
    var stderr: BoundedOutput.Content
    var deaths: [Death] = []
    /// What each node's kernel said since the case began.
    var kernelMessages: [String: [KernelMessage]] = [:]
    /// By the names of `Expectation.countNames`; one that was not counted is absent.
    var counts: [String: Int] = [:]
    /// What is left behind, as sentences by node.
    var leftovers: [String: [String]] = [:]
    /// Problems that were found on the way: faults that could not be injected, the host's troubles.
    var problems: [Problem] = []

    /// Whether it wrote more than is kept.
    var isTooLong: Bool { stdout.isTruncated || stderr.isTruncated }
}
