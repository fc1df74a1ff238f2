/// The exit codes of popcorn-lab; `run` and `exec` pass the program's own code on instead.
///
/// 64, 69 and 75 are those of `sysexits.h`, 124 that of `timeout(1)`; `Terminated` has those for signals.
package enum ExitStatus: Int32, Sendable {
    case success = 0
    /// A command could not do what it was asked for.
    case failure = 1
    /// The command line or a configuration file is wrong.
    case usage = 64
    /// This host lacks something: a package, a permission, an accelerator, disk space.
    case unavailable = 69
    /// Another process holds the lab.
    case locked = 75
    case timeout = 124
}
