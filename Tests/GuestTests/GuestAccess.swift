import Testing

/// All tests of guest access, one after the other: they start servers and measure time limits.
@Suite("guest access", .serialized, .timeLimit(.minutes(1)))
enum GuestAccess {}
