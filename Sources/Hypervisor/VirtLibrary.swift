import CLibvirt
import CLibxml2
import Support

/// libvirt's own process-wide set-up, done once before the first connection.
enum VirtLibrary {
    /// Initialises libvirt with its messages going to `logPath` instead of stderr, and starts its event loop.
    ///
    /// Only the first call of a process has an effect, as libvirt allows no more.
    /// The event loop is what lets embedded and remote connections see the end of a guest or of a broken link.
    static func prepare(logPath: String) throws {
        let failure = once.withLock { state -> HypervisorError? in
            if let state { return state.failure }
            let failure = initialize(logPath: logPath)
            state = Outcome(failure: failure)
            return failure
        }
        if let failure { throw failure }
    }

    private struct Outcome: Sendable {
        var failure: HypervisorError?
    }

    // The C library's state is the process's, so this guard has to be too.
    private static let once = Guarded<Outcome?>(nil)

    /// Does what libxml2 would do at its first use, which is not safe in two threads: each would fill the one table of
    /// schema types, and the loser finds "type 'unsignedInt' not exported". libvirt leaves it to its callers.
    ///
    /// What else is below us (libssh, OpenSSL, GnuTLS, GLib) initialises itself when it is loaded, or under a lock.
    private static func initializeXML() {
        xmlInitParser()
        xmlSchemaInitTypes()
        _ = xmlRelaxNGInitTypes()
    }

    private static func initialize(logPath: String) -> HypervisorError? {
        initializeXML()
        // libvirt reads its log settings from the environment only, once. What the user set there wins.
        let variable = "LIBVIRT_LOG_OUTPUTS"
        let wasSet = getenv(variable) != nil
        let log = wasSet ? -1 : open(logPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { if log >= 0 { close(log) } }
        // By its descriptor: libvirt splits the variable at blanks, which a path may have.
        if log >= 0 { setenv(variable, "3:file:/proc/self/fd/\(log)", 0) }
        let initialized = virInitialize() == 0
        // A session daemon that libvirt starts for us must not inherit our log file.
        if !wasSet { unsetenv(variable) }
        guard initialized, virEventRegisterDefaultImpl() == 0 else {
            return .lastOfLibvirt(.cannotConnect, "initialise libvirt")
        }
        // Errors come back from each call; the default handler would also print them.
        virSetErrorFunc(nil) { _, _ in }
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { _ in
                while virEventRunDefaultImpl() == 0 {}
                return nil
            }, nil)
        guard result == 0 else {
            return HypervisorError(.cannotConnect, "start libvirt's event loop: \(errorText(result))")
        }
        pthread_detach(thread)
        return nil
    }
}

extension HypervisorError {
    /// The calling thread's last libvirt error as one of ours.
    ///
    /// - Parameter attempt: what was tried, such as `start domain lab-x86`.
    static func lastOfLibvirt(_ fallback: Code, _ attempt: String) -> HypervisorError {
        guard let error = virGetLastError() else {
            return HypervisorError(fallback, "\(attempt): libvirt gave no reason")
        }
        let message = error.pointee.message.map { String(cString: $0) } ?? "libvirt error \(error.pointee.code)"
        return classify(code: error.pointee.code, message: message, fallback: fallback, attempt: attempt)
    }

    static func classify(code: Int32, message: String, fallback: Code, attempt: String) -> HypervisorError {
        let summary = "\(attempt): \(message)"
        switch code {
        case Int32(VIR_ERR_NO_DOMAIN.rawValue):
            return HypervisorError(.noSuchDomain, summary)
        case Int32(VIR_ERR_DOM_EXIST.rawValue):
            return HypervisorError(.alreadyExists, summary, hint: "`popcorn-lab prune` removes what an old lab left")
        case Int32(VIR_ERR_XML_ERROR.rawValue), Int32(VIR_ERR_XML_DETAIL.rawValue),
            Int32(VIR_ERR_XML_INVALID_SCHEMA.rawValue), Int32(VIR_ERR_CONFIG_UNSUPPORTED.rawValue):
            return HypervisorError(.invalidSpec, summary)
        default: break
        }
        if message.contains("Failed to parse user 'libvirt-qemu'") {
            return HypervisorError(
                .cannotConnect, "\(attempt): the account libvirt-qemu, which libvirt is built for, does not exist",
                hint:
                    "create it with `useradd -r -M -s /usr/sbin/nologin libvirt-qemu`, or install libvirt-daemon-system"
            )
        }
        if code == Int32(VIR_ERR_NO_CONNECT.rawValue) {
            return HypervisorError(
                .cannotConnect, summary, hint: "run `make setup`, or `apt-get install libvirt-daemon-driver-qemu`")
        }
        if message.contains("No space left on device") {
            return HypervisorError(.hostFull, summary, hint: "free disk space: `popcorn-lab prune` removes old images")
        }
        if message.contains("already exists with uuid") || message.hasSuffix("is already active") {
            return HypervisorError(.alreadyExists, summary, hint: "`popcorn-lab prune` removes what an old lab left")
        }
        if message.contains("Could not set up host forwarding rule") {
            return HypervisorError(.portInUse, summary, hint: "another process listens on that port: choose a new one")
        }
        return HypervisorError(fallback, summary)
    }
}
