import Logging
import Support

/// What every use case is given: where things are, and whom to tell.
package struct LabEnvironment: Sendable {
    /// Where this user's images, labs, runs and sockets are.
    package let directories: Directories
    /// The files that ship with popcorn-lab.
    package let share: Share
    /// The process's environment variables.
    package let variables: [String: String]
    /// The command line, for manifests and locks.
    package let commandLine: [String]
    /// The libvirt connection that the user asked for; `nil` leaves the choice to `HypervisorTarget`.
    package let uri: String?
    /// Where warnings and debug messages go; what a command reports of its progress goes to its `LabEventHandler`.
    package let log: Logger

    /// Puts it together; no directory is looked at or created.
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

    /// The same with files of another source tree: its guest images, its runtime, its programs.
    package func with(share: Share) -> LabEnvironment {
        LabEnvironment(
            directories: directories, share: share, variables: variables, commandLine: commandLine, uri: uri, log: log)
    }

    /// What locks say of this process to others that wait.
    var purpose: String { commandLine.joined(separator: " ") }

    /// The records of this user's labs, in `directories`.
    package var store: LabStore { LabStore(directories: directories) }
}
