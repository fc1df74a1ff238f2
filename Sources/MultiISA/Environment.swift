import FoundationEssentials
import Support

/// What the compiler takes from its surroundings, as a value.
package struct Environment: Sendable {
    /// The environment variables, by name: `HOME` and `XDG_*`, `LIBRARY_PATH` and `POPCORN_LAB_ROOT` matter here.
    package var variables: [String: String]
    /// This executable's path; the runtime's sources are found from it.
    var executable: String

    init(variables: [String: String], executable: String) {
        self.variables = variables
        self.executable = executable
    }

    /// The surroundings of the running process.
    package static func current() -> Environment {
        let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return Environment(
            variables: ProcessInfo.processInfo.environment, executable: executable ?? CommandLine.arguments[0])
    }
}
