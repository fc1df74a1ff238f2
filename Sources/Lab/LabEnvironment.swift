import Logging
import Support

/// What every use case is given: where things are, and whom to tell.
public struct LabEnvironment: Sendable {
    public let directories: Directories
    public let share: Share
    /// The process's environment variables.
    public let variables: [String: String]
    /// The command line, for manifests and locks.
    public let commandLine: [String]
    /// The libvirt connection that the user asked for; `nil` leaves the choice to `HypervisorTarget`.
    public let uri: String?
    public let log: Logger

    public init(
        directories: Directories, share: Share, variables: [String: String], commandLine: [String], uri: String?,
        log: Logger
    ) {
        self.directories = directories
        self.share = share
        self.variables = variables
        self.commandLine = commandLine
        self.uri = uri
        self.log = log
    }

    /// What locks say of this process to others that wait.
    var purpose: String { commandLine.joined(separator: " ") }

    public var store: LabStore { LabStore(directories: directories) }
}
