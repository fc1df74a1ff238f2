import Lab
import Topology
import UserInput

/// When a case's threads move, as suites write it: `none`, `own`, `every 100ms`, `bounce 20`, `at sum:3`, `random 50ms`.
package enum MoveSchedule: TextValue {
    /// Never: calls of `migrate()` in the program do nothing either.
    case none
    /// When the program itself asks for it, and only then.
    case own
    /// Each thread is asked to go to the next node whenever this time has passed.
    case every(TimeSpan)
    /// Each thread makes so many moves, as fast as it can.
    case bounce(Int)
    /// A thread moves when it passes a check of this function for the N-th time: `FUNCTION[:N]`.
    case at(String)
    /// At random times, this far apart in the mean, to random nodes; the case's seed decides.
    case random(TimeSpan)

    /// The accepted forms, for errors.
    private static let forms = "none, own, every TIME, bounce N, at FUNCTION[:N] or random TIME"

    package init(parsing text: String) throws(InputError) {
        let words = text.split(separator: " ").map(String.init)
        switch (words.first, words.count) {
        case ("none", 1): self = .none
        case ("own", 1): self = .own
        case ("every", 2): self = .every(try Self.time(words[1], of: text))
        case ("random", 2): self = .random(try Self.time(words[1], of: text))
        case ("bounce", 2):
            guard let count = Int(digits: words[1]), count > 0 else {
                throw InputError(.invalidValue, "'\(text)': expected a number of moves, at least 1")
            }
            self = .bounce(count)
        case ("at", 2):
            do {
                _ = try MigrationSites(parsing: words[1])
            } catch {
                throw InputError(.invalidValue, "'\(text)': expected FUNCTION or FUNCTION:N, such as sum:3")
            }
            self = .at(words[1])
        default:
            throw InputError(.invalidValue, "'\(text)' is no schedule of moves; expected \(Self.forms)")
        }
    }

    /// Whether somebody else moves the program.
    var isDriven: Bool {
        switch self {
        case .none, .own: false
        case .every, .bounce, .at, .random: true
        }
    }

    private static func time(_ word: String, of text: String) throws(InputError) -> TimeSpan {
        let time = try TimeSpan(parsing: word)
        guard time.milliseconds > 0 else { throw InputError(.invalidValue, "'\(text)': the time must not be zero") }
        return time
    }

    package var description: String {
        switch self {
        case .none: "none"
        case .own: "own"
        case .every(let time): "every \(time)"
        case .bounce(let count): "bounce \(count)"
        case .at(let sites): "at \(sites)"
        case .random(let time): "random \(time)"
        }
    }
}
