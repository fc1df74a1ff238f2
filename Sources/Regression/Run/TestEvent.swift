import Results

/// What a run of a suite tells while it goes on.
package enum TestEvent: Sendable {
    /// The run has begun, with so many cases.
    case began(RunHeader)
    /// A lab is being booted; `name` is what the user's labs list calls it.
    case booting(lab: String, name: String)
    case booted(Boot)
    /// A case has begun, for the so-manieth time.
    case started(PlannedCase, attempt: Int, boot: String)
    /// A try of a case has ended.
    case tried(PlannedCase, Attempt)
    /// A try of a case on the reference build has ended.
    case referenceTried(PlannedCase, Attempt)
    /// A case will not be run.
    case skipped(PlannedCase, reason: String)
    /// Anything else, in a sentence.
    case note(String)
}
