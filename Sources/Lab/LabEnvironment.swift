import Logging
import Support

/// What every use case is given: where things are, and whom to tell.
package struct LabEnvironment: Sendable {
    package let directories: Directories
    package let share: Share
    /// The process's environment variables.
    package let variables: [String: String]
    /// The command line, for manifests and locks.
    package let commandLine: [String]
    /// The libvirt connection that the user asked for; `nil` leaves the choice to `HypervisorTarget`.
    package let uri: String?
    package let log: Logger

    package init(
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

    package var store: LabStore { LabStore(directories: directories) }
}
