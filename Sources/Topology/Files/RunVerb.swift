/// Which command made a run; the raw value is a part of its id.
package enum RunVerb: String, Codable, Sendable {
    case up
    case run
    case collect
    case capture
    case tutorial
    /// A run of a suite.
    case test
    /// A comparison of two builds.
    case ab
    /// A search for the commit that broke something.
    case bisect
}
