import Support
import Topology

extension TestRun {
    /// How a suite is run.
    package struct Options: Sendable {
        /// How long a case may take on real hardware, if its suite does not say.
        package var limit = TimeSpan(milliseconds: 60_000)
        /// The most that is kept of an output, in bytes; a program that writes more is ended.
        package var outputLimit = 16 << 20
        /// How many labs are used side by side.
        package var jobs = 1
        /// How often a case that failed is tried again.
        package var retries = 0
        /// On how many fresh boots of its lab each case is run, one after the other.
        package var rounds = 1
        /// The build that is measured beside the one under test, in boots that alternate with its own.
        package var reference: ReferenceRide?
        /// What every node's shell runs after each boot, before any case.
        package var setUp: [String] = []
        /// Whether plain TCP is measured beside each case, on labs of two nodes and more.
        package var measuresYardstick = false
        /// Whether the first failure ends the run.
        package var failFast = false
        /// Whether the labs that are in use at the end stay.
        package var keepsLabs = false
        /// After this time no case is begun.
        package var timeout: Duration?
        /// Whether golden files are written rather than compared.
        package var updatesGolden = false
        /// Whether a failed case's guests leave cores.
        package var dumps = false
        /// Whether what was recorded is also kept of cases that passed.
        package var keepsTraces = false
        /// Where files go that are gone with the run.
        var scratch = ""

        /// One lab at a time, no retries, no limit.
        package init() {}
    }
}
