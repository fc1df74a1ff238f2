import Support

/// What a command did, one step after the other, and how long each took.
package struct Step: Codable, Sendable, Equatable {
    /// What was done, such as `deploy` or `start the guests`.
    package var name: String
    /// The time since the end of the step before, or since the command began to count.
    package var milliseconds: Int64
}

/// Measures steps: each from the end of the one before.
struct StepClock: Sendable {
    private(set) var steps: [Step] = []
    private var last = ContinuousClock.now

    init() {}

    mutating func end(_ name: String) {
        let now = ContinuousClock.now
        steps.append(Step(name: name, milliseconds: (now - last).milliseconds))
        last = now
    }
}

extension [Step] {
    /// For people: `connect 0.12 s, program 0.30 s`.
    package var sentence: String {
        map { "\($0.name) \(Duration.milliseconds($0.milliseconds).formattedSeconds)" }.joined(separator: ", ")
    }
}

/// A step clock that several functions share.
final class StepLog: Sendable {
    private let clock = Guarded(StepClock())

    func end(_ name: String) { clock.withLock { $0.end(name) } }

    var steps: [Step] { clock.withLock { $0.steps } }
}
