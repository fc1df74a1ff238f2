import FoundationEssentials
import Support

/// What the compiler takes from its surroundings, as a value.
public struct Environment: Sendable {
    public var variables: [String: String]
    /// This executable's path; the runtime's sources are found from it.
    public var executable: String

    public init(variables: [String: String], executable: String) {
        self.variables = variables
        self.executable = executable
    }

    /// The surroundings of the running process.
    public static func current() -> Environment {
        let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return Environment(
            variables: ProcessInfo.processInfo.environment, executable: executable ?? CommandLine.arguments[0])
    }
}
