import Results
import Support
import TestSupport
import Trace

@testable import Regression
@testable import Trace

/// Made-up observations of a case that went well, for a test to spoil.
struct Observations {
    let scratch: Scratch
    var one: SuiteCase

    /// - Parameter more: keys of the case's group, such as `expect: {exit: 3}`.
    init(_ more: String = "") throws {
        scratch = try Scratch()
        // Two hops were seen.
        let schedule = more.contains("migrate:") ? [] : ["migrate: own"]
        one = try SampleSuite.one((schedule + (more.isEmpty ? [] : [more])).joined(separator: ", "))
    }

    func content(_ text: String, name: String = "stdout", truncated: Bool = false) throws -> BoundedOutput.Content {
        let bytes = Array(text.utf8)
        return BoundedOutput.Content(
            path: try scratch.write(bytes, to: name), bytes: bytes.count, isTruncated: truncated)
    }

    func seen(_ ending: CaseObservation.Ending = .exited(0), stdout: String = "", stderr: String = "") throws
        -> CaseObservation
    {
        CaseObservation(
            ending: ending, stdout: try content(stdout), stderr: try content(stderr, name: "stderr"),
            counts: ["hops": 2, "refused": 0, "faults": 40, "messages": 100, "message_bytes": 5000, "remote_faults": 7])
    }

    static func message(_ text: String, facility: UInt = 0) -> KernelMessage {
        KernelMessage(time: GuestTime(nanoseconds: 1_500_000_000), facility: facility, text: text)
    }

    func problems(
        _ seen: CaseObservation, unmigrated: (stdout: [UInt8], stderr: [UInt8])? = nil,
        shipped: (@Sendable ([UInt8]) -> [String])? = nil
    ) -> [Problem] {
        Judge(one: one, unmigrated: unmigrated, shipped: shipped).problems(of: seen)
    }
}
