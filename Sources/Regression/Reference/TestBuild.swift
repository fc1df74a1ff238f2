/// Which of the builds of a run a boot is of.
enum TestBuild: Hashable, Sendable {
    /// The one under test.
    case subject
    /// The one that rides along.
    case reference
}

/// What a boot is for; cases that need the same share one.
struct BootOrder: Hashable, Sendable {
    let lab: Suite.Lab
    /// From 1; each round has boots of its own.
    var round = 1
    var build = TestBuild.subject
}
