import Support

/// The near side of a `HypervisorHelper`. Calls block.
final class HelperProcess {
    private let child: ChildProcess
    private var socket: MessageSocket?

    /// How long a helper may wait for its turn and for the driver, whose first start asks every QEMU what it can do.
    static let openingLimit: Duration = .seconds(90)
    /// How long one request may take: libvirt itself gives a QEMU 30 s to answer.
    static let requestLimit: Duration = .seconds(60)

    /// Starts `executable` as a helper and waits until it has the driver open.
    init(executable: String, root: EmbeddedRoot) throws {
        try root.prepare()
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw SystemError("make a socket pair") }
        defer { close(ends[1]) }
        let near = MessageSocket(descriptor: ends[0])
        // A group of its own keeps the terminal's Ctrl-C from ending it half-way through a request.
        child = try ChildProcess(
            [executable, HypervisorHelper.verb, root.path], input: .descriptor(ends[1]), output: .null, group: .own)
        socket = consume near
        close(ends[1])
        ends[1] = -1
        guard case .done = try receive(limit: Self.openingLimit, holder: root.lockPath) else {
            throw HypervisorError(.cannotConnect, "the hypervisor helper \(executable) did not greet as expected")
        }
    }

    deinit { finish() }

    func perform(_ request: HypervisorRequest) throws -> HypervisorReply {
        try socket?.send(request)
        return try receive(limit: Self.requestLimit, holder: nil)
    }

    /// Hangs up and waits for the helper's end, after which the driver is free for the next.
    func finish() {
        guard socket != nil else { return }
        socket = nil
        child.wait()
    }

    private func receive(limit: Duration, holder lockPath: String?) throws -> HypervisorReply {
        do {
            if let reply = try socket?.receive(HypervisorReply.self, limit: limit) { return try reply.checked() }
        } catch let error as SystemError where error.errno == ETIMEDOUT {
            // It may wait for the lock or hang inside libvirt; neither ends by hanging up.
            child.send(SIGKILL)
            if let lockPath, let holder = FileLock.holder(path: lockPath) {
                throw HypervisorError(
                    .busy, "libvirt's embedded driver is held by process \(holder) for more than \(limit)",
                    hint: "wait for that process, or end it")
            }
            throw HypervisorError(.operationFailed, "libvirt's embedded driver did not answer within \(limit)")
        }
        throw HypervisorError(
            .cannotConnect, "the process with libvirt's embedded driver ended unexpectedly",
            hint: "its last messages are in libvirt.log, in the driver's directory")
    }
}
