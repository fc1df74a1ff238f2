/// What is known of a case after a run. The four are never mixed: a case that could not be judged is neither good nor bad.
package enum Verdict: String, Codable, Sendable, CaseIterable {
    /// All that the suite expects came true.
    case passed
    /// Something that the suite expects did not.
    case failed
    /// The lab, the host or the suite's own fault kept us from knowing: a lab that does not boot, a program that does not build.
    case notJudged = "not-judged"
    /// Nobody tried: left out, or the run ended before.
    case notRun = "not-run"
}

/// One thing that is wrong with an attempt.
package struct Problem: Codable, Sendable, Equatable {
    /// What kind of thing it is, which decides between *failed* and *not judged*.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// The program ended with another exit code or signal than expected.
        case exit
        /// Its output is not as expected.
        case stdout, stderr
        /// A line that must be in a kernel's log is absent, or one that must not be is there.
        case dmesg
        /// A kernel complained: a warning, an oops, a stall, lockdep, KASAN, a hung task.
        case kernelTrouble = "kernel-trouble"
        /// A count, such as that of hops, is out of its bounds.
        case bounds
        /// Processes, pages or messages were left behind, which should be gone with the program.
        case leftovers
        /// It did not end within its time.
        case timeLimit = "time-limit"
        /// A guest ended, panicked or went silent, and no fault of the case says that it should.
        case guestDied = "guest-died"
        /// It wrote more than a case may.
        case outputLimit = "output-limit"

        /// A lab did not boot, or could not be brought back to a known state.
        case lab
        /// The program does not exist or does not build.
        case build
        /// A fault of the case could not be injected.
        case fault
        /// The host failed us: a full disk, a lost connection, a lock that somebody else holds.
        case host
        /// The kernels of its lab do not offer what the case needs.
        case notOffered = "not-offered"

        /// What an attempt with such a problem counts as.
        package var verdict: Verdict {
            switch self {
            case .exit, .stdout, .stderr, .dmesg, .kernelTrouble, .bounds, .leftovers, .timeLimit, .guestDied,
                .outputLimit:
                .failed
            case .lab, .build, .fault, .host, .notOffered: .notJudged
            }
        }
    }

    /// What kind of thing it is.
    package var kind: Kind
    /// Where, by the node's name; `nil` if it is no node's.
    package var node: String?
    /// One sentence for people, without the node's name.
    package var summary: String
    /// Evidence, line by line; may be empty.
    package var details: [String]

    /// Makes a problem of no node and without evidence, unless they are given.
    package init(_ kind: Kind, node: String? = nil, _ summary: String, details: [String] = []) {
        self.kind = kind
        self.node = node
        self.summary = summary
        self.details = details
    }
}
