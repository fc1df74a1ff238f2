import FoundationEssentials

/// Where popcorn-lab keeps its files, after the XDG base directory specification.
///
/// - `cache`: images and downloads; may be removed at any time.
/// - `state`: labs and runs; what a lab's record refers to.
/// - `configuration`: what the user writes for all labs, such as kernel interfaces.
/// - `runtime`: sockets and locks; gone after a reboot. Kept short because a socket's path holds at most 108 bytes.
package struct Directories: Sendable, Equatable {
    /// `$XDG_CACHE_HOME/popcorn-lab`, by default `~/.cache/popcorn-lab`.
    package var cache: String
    /// `$XDG_STATE_HOME/popcorn-lab`, by default `~/.local/state/popcorn-lab`.
    package var state: String
    /// `$XDG_CONFIG_HOME/popcorn-lab`, by default `~/.config/popcorn-lab`.
    package var configuration: String
    /// `$XDG_RUNTIME_DIR/popcorn-lab/MARK`, by default below `/run` for root and `/tmp/run-UID` for others; see `mark`.
    package var runtime: String

    /// Takes absolute paths as they are, for tests; nothing is created.
    package init(cache: String, state: String, runtime: String, configuration: String? = nil) {
        self.configuration = configuration ?? state + "/config"
        self.cache = cache
        self.state = state
        self.runtime = runtime
    }

    /// The directories that `environment` asks for: `XDG_*` if set, else the defaults under `HOME`, or without it under the
    /// home that the user database has for this account.
    ///
    /// A path that is not absolute does not count, as the XDG specification says: it would mean another place in every
    /// directory.
    package init(environment: [String: String]) {
        let user = getuid()
        let home = environment["HOME"].absolute ?? Self.home(of: user) ?? "/tmp/popcorn-lab-home-\(user)"
        cache = (environment["XDG_CACHE_HOME"].absolute ?? home + "/.cache") + "/popcorn-lab"
        state = (environment["XDG_STATE_HOME"].absolute ?? home + "/.local/state") + "/popcorn-lab"
        configuration = (environment["XDG_CONFIG_HOME"].absolute ?? home + "/.config") + "/popcorn-lab"
        let fallback = user == 0 ? "/run" : "/tmp/run-\(user)"
        // Labs of two state directories may have one name; their sockets and locks must not meet.
        runtime = (environment["XDG_RUNTIME_DIR"].absolute ?? fallback) + "/popcorn-lab/" + Self.mark(of: state)
    }

    /// The home of an account; `nil` if the user database has none that is absolute.
    static func home(of user: uid_t) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 1 << 14)
        guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil, let home = entry.pw_dir else {
            return nil
        }
        return Optional(String(cString: home)).absolute
    }

    /// Six hex digits that tell what belongs to this state directory from what belongs to others of the same user.
    package var mark: String { Self.mark(of: state) }

    private static func mark(of state: String) -> String { String(SHA256.hex(of: Array(state.utf8)).prefix(6)) }

    /// Images, and what their builds keep for later ones.
    package var images: String { cache + "/images" }
    /// Debian packages by their digests, for images and for the compiler.
    package var downloads: String { cache + "/downloads" }
    /// A directory for each lab, by its name; see `LabPaths`.
    package var labs: String { state + "/labs" }
    /// A directory for each run, by its id; see `RunDirectory`.
    package var runs: String { state + "/runs" }
    /// The database of what regression runs found; see `History`.
    package var history: String { state + "/history.sqlite" }

    /// Kernel interfaces of the user's own, `NAME.yaml`.
    package var interfaces: String { configuration + "/interfaces" }

    /// Creates `path` and its parents, readable by this user only.
    package static func create(_ path: String) throws {
        if mkdir(path, 0o700) == 0 { return }
        if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try create(String(path[..<slash]))
            if mkdir(path, 0o700) == 0 { return }
        }
        let failure = SystemError("create directory \(path)")
        // Some file systems complain of a read-only or forbidden parent before they say that the directory exists.
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { throw failure }
    }

    /// Creates a directory whose parent exists; `false` if there is something of that name already.
    package static func createNew(_ path: String) throws -> Bool {
        if mkdir(path, 0o700) == 0 { return true }
        guard errno == EEXIST else { throw SystemError("create directory \(path)") }
        return false
    }
}

extension Optional where Wrapped == String {
    /// `nil` for anything but an absolute path, as XDG demands of its variables.
    fileprivate var absolute: String? { self?.hasPrefix("/") == true ? self : nil }
}
