import FoundationEssentials

/// Where popcorn-lab keeps its files, after the XDG base directory specification.
///
/// - `cache`: images and downloads; may be removed at any time.
/// - `state`: labs and runs; what a lab's record refers to.
/// - `runtime`: sockets and locks; gone after a reboot. Kept short because a socket's path holds at most 108 bytes.
public struct Directories: Sendable, Equatable {
    public var cache: String
    public var state: String
    public var runtime: String

    public init(cache: String, state: String, runtime: String) {
        self.cache = cache
        self.state = state
        self.runtime = runtime
    }

    /// The directories that `environment` asks for: `XDG_*` if set, else the defaults under `HOME`, else those under `/tmp`.
    public init(environment: [String: String]) {
        let user = getuid()
        let home = environment["HOME"].nonEmpty ?? "/tmp/popcorn-lab-home-\(user)"
        cache = (environment["XDG_CACHE_HOME"].nonEmpty ?? home + "/.cache") + "/popcorn-lab"
        state = (environment["XDG_STATE_HOME"].nonEmpty ?? home + "/.local/state") + "/popcorn-lab"
        let fallback = user == 0 ? "/run" : "/tmp/popcorn-lab-run-\(user)"
        runtime = (environment["XDG_RUNTIME_DIR"].nonEmpty ?? fallback) + "/popcorn-lab"
    }

    public var images: String { cache + "/images" }
    public var downloads: String { cache + "/downloads" }
    public var labs: String { state + "/labs" }
    public var runs: String { state + "/runs" }

    /// Creates `path` and its parents, readable by this user only.
    public static func create(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw SystemError("create directory \(path)")
        }
    }
}

extension Optional where Wrapped == String {
    /// `nil` for an empty string too, as XDG demands of empty variables.
    fileprivate var nonEmpty: String? { self?.isEmpty == false ? self : nil }
}
