import FoundationEssentials
import Lab
import Support
import Topology

/// What a shell offers for an argument; it looks at records only, so it is quick and never fails.
enum Completions {
    static var labs: [String] { store.names }

    static var nodes: [String] { record?.nodes.map(\.name) ?? [] }

    /// Node paths for `cp` and programs for `run`: the shell completes files itself.
    static var nodePrefixes: [String] { nodes.map { "\($0):" } }

    static var runs: [String] { RunDirectory.all(in: Directories(environment: environment)).map(\.id) }

    static var testRuns: [String] { NamedRun.ids(in: Directories(environment: environment)) }

    private static var environment: [String: String] { ProcessInfo.processInfo.environment }
    private static var store: LabStore { LabStore(directories: Directories(environment: environment)) }
    private static var record: LabRecord? {
        try? store.load(environment[EnvironmentFlags.variable("lab")] ?? LabSpec.defaultName)
    }
}
