import Topology

/// What must be true of a case that passes.
package struct Expectation: Hashable, Sendable {
    /// How the program ends.
    package enum Ending: Hashable, Sendable {
        /// With this exit code.
        case exit(Int32)
        /// By this signal, such as `SIGSEGV`.
        case signal(String)
        /// Somehow: the case is about something else.
        case any
    }

    /// What is written to one of its outputs.
    package enum Text: Hashable, Sendable {
        /// Whatever.
        case any
        /// These bytes, in UTF-8.
        case exact(String)
        /// Something in which this matches.
        case matches(Pattern)
        /// The bytes of this file, by its absolute path; `--update-golden` writes it.
        case golden(String)
        /// What the same binary writes with the same arguments when nothing moves it.
        case unmigrated
        /// What `Images/programs/tutorial/expected` says; for programs that ship with popcorn-lab.
        case shipped
    }

    /// A line of kernels' logs that counts.
    package struct KernelLine: Hashable, Sendable {
        /// What such a line means.
        package enum Meaning: String, CaseIterable, Hashable, Sendable {
            /// It must be there.
            case has
            /// It must not.
            case lacks
            /// It may be there, although it would count as trouble.
            case ignores
        }

        /// What such a line means.
        package var meaning: Meaning
        /// Which lines.
        package var pattern: Pattern
        /// The node, as the suite names it; `nil` for any node (`has`), or for every one.
        package var node: String?
        /// Where it stands in the file, for errors.
        package var path: String

        /// Takes the values as they are.
        package init(_ meaning: Meaning, _ pattern: Pattern, node: String? = nil, path: String = "") {
            self.meaning = meaning
            self.pattern = pattern
            self.node = node
            self.path = path
        }
    }

    /// How the program ends.
    package var ending: Ending? = nil
    /// What it writes; `nil` asks for nothing.
    package var stdout: Text? = nil
    /// The same of its second output.
    package var stderr: Text? = nil
    /// In kernels' logs, beside trouble, which is always looked for.
    package var kernelLines: [KernelLine] = []
    /// By the names of `counts`.
    package var counts: [String: Bounds] = [:]
    /// How long it may take on real hardware; emulated guests get more.
    package var limit: TimeSpan? = nil

    /// What can be counted: moves between nodes, those refused, page faults, messages, and pages that were asked for.
    package static let countNames = ["hops", "refused", "faults", "remote_faults", "messages", "message_bytes"]

    /// Nothing is expected.
    package init() {}

    /// This, with what `other` lacks taken from it.
    package func completed(by other: Expectation) -> Expectation {
        var result = self
        result.ending = ending ?? other.ending
        result.stdout = stdout ?? other.stdout
        result.stderr = stderr ?? other.stderr
        result.kernelLines += other.kernelLines
        result.counts = other.counts.merging(counts) { $1 }
        result.limit = limit ?? other.limit
        return result
    }
}

/// A figure that a program prints.
package struct PrintedFigure: Hashable, Sendable {
    /// Its name in results; none of `takenNames`.
    package var name: String
    /// Whose first group is the number.
    package var pattern: Pattern
    /// Of the number, such as `ms`; may be empty.
    package var unit: String
    /// Which way is good: `lower`, `higher` or `neither`.
    package var better: Direction

    /// Which way is good.
    package enum Direction: String, CaseIterable, Hashable, Sendable {
        case lower, higher, neither
    }

    /// What is measured of every case; the phases of hops begin with `hop.` besides.
    static let takenNames = ["wall", "cpu", "yardstick"] + Expectation.countNames
}
