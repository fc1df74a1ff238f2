import CLibssh
import Support

/// One SSH channel as a state machine: opened, asked for a command or subsystem, fed and drained, closed.
///
/// `advance` moves it as far as it goes without waiting; the session calls it whenever something happened.
/// libssh calls back from within its own functions: the callbacks move bytes and note facts, and call nothing of
/// libssh.
final class RemoteChannel {
    enum Request {
        case terminal(RemoteTerminal)
        case command(String)
        case shell
        case subsystem(String)
    }

    private enum Phase {
        case opening
        case requesting
        case running
        case done
    }

    /// Resolved when the guest has accepted the command.
    let started = Promise<Void>()
    /// Resolved when the command has ended and all its output has been delivered.
    let finished = Promise<RemoteResult>()
    let input: InputFeed
    let output: OutputDrain
    let errorOutput: OutputDrain

    private let node: String
    private let link: SSHLink
    private var handle: ssh_channel?
    private let callbacks: UnsafeMutablePointer<ssh_channel_callbacks_struct>
    private var requests: [Request]
    private var phase = Phase.opening
    private var ending: RemoteResult.Ending?
    private var isRemotelyClosed = false
    /// How many channels were opened for it.
    private var openings = 1
    private var isAbandoned = false
    private var isInputEnded = false
    /// Whether libssh holds bytes of output and errors that a drain refused.
    private var holdsBack = [false, false]
    /// Whether there is more to send at once, after the other channels had their turn.
    private(set) var wantsTurn = false

    private static let mostOpenings = 5
    private static let bytesPerTurn = 256 << 10
    private static let bytesPerPacket = 32 << 10

    init(
        link: SSHLink, node: String, requests: [Request], input: InputFeed, output: OutputDrain,
        errorOutput: OutputDrain
    ) throws {
        let handle = try Self.make(link, node)
        self.link = link
        self.node = node
        self.handle = handle
        self.requests = requests
        self.input = input
        self.output = output
        self.errorOutput = errorOutput
        callbacks = .allocate(capacity: 1)
        callbacks.initialize(to: ssh_channel_callbacks_struct())
        installCallbacks(handle)
    }

    private static func make(_ link: SSHLink, _ node: String) throws -> ssh_channel {
        guard let handle = ssh_channel_new(link.handle) else {
            throw GuestError(.connectionLost, node: node, "libssh has no channel: \(link.errorText)")
        }
        return handle
    }

    deinit {
        release()
        callbacks.deinitialize(count: 1)
        callbacks.deallocate()
    }

    var isDone: Bool { phase == .done }

    /// The descriptors of this process that the channel waits for.
    var wanted: [pollfd] {
        guard phase == .running else { return [] }
        var result: [pollfd] = []
        if let descriptor = output.wanted { result.append(descriptor) }
        if let descriptor = errorOutput.wanted { result.append(descriptor) }
        if canSend, !link.isCongested, let descriptor = input.wanted { result.append(descriptor) }
        return result
    }

    // MARK: moving on

    func advance(ready: [Int32: Int16]) {
        wantsTurn = false
        do {
            try openAndRequest()
            guard phase == .running else { return }
            if let descriptor = input.wanted, ready[descriptor.fd] != nil { input.refill() }
            send()
            try receive()
            if isRemotelyClosed && !holdsBack[0] && !holdsBack[1] && !output.isBlocked && !errorOutput.isBlocked {
                finish()
            }
        } catch {
            fail(error)
        }
    }

    /// Ends the channel for this side: the caller gets `error`, the guest a signal and a close.
    func fail(_ error: any Error, signal: RemoteSignal? = nil) {
        started.resolve(.failure(error))
        finished.resolve(.failure(error))
        input.drop()
        if phase == .opening {
            // Without its number on the other side an opening channel cannot be closed; `advance` does it then.
            isAbandoned = true
            return
        }
        if let signal, phase == .running { self.signal(signal) }
        release()
    }

    func signal(_ signal: RemoteSignal) {
        guard phase == .running, let handle else { return }
        ssh_channel_request_send_signal(handle, signal.rawValue)
    }

    func resize(columns: Int, rows: Int) {
        guard phase == .running, let handle else { return }
        ssh_channel_change_pty_size(handle, Int32(clamping: columns), Int32(clamping: rows))
    }

    /// Closes and frees libssh's channel.
    func release() {
        phase = .done
        guard let handle else { return }
        self.handle = nil
        ssh_remove_channel_callbacks(handle, callbacks)
        if link.isConnected {
            // In non-blocking mode a call may end after its first half: the end of file, the close, nothing more to do.
            for _ in 0..<3 where ssh_channel_close(handle) == SSH_OK { break }
        }
        ssh_channel_free(handle)
    }

    private func openAndRequest() throws {
        if phase == .opening {
            switch ssh_channel_open_session(handle) {
            case SSH_OK: phase = .requesting
            case SSH_AGAIN: return
            default:
                phase = .done
                if isAbandoned { return release() }
                guard isRemotelyClosed, openings < Self.mostOpenings else { throw refused("a channel") }
                return try reopen()
            }
            if isAbandoned { return release() }
        }
        while phase == .requesting {
            guard let request = requests.first else {
                phase = .running
                return started.resolve(.success(()))
            }
            switch perform(request) {
            case SSH_OK: requests.removeFirst()
            case SSH_AGAIN: return
            default: throw refused(request)
            }
        }
    }

    /// Opens another channel in place of one that the guest has opened and closed at once, before anything was asked of it.
    ///
    /// dropbear 2022.83 does so when a process of a channel that was given up ends just then.
    private func reopen() throws {
        release()
        let handle = try Self.make(link, node)
        self.handle = handle
        isRemotelyClosed = false
        ending = nil
        openings += 1
        phase = .opening
        installCallbacks(handle)
        try openAndRequest()
    }

    private func perform(_ request: Request) -> Int32 {
        switch request {
        case .terminal(let terminal):
            ssh_channel_request_pty_size(
                handle, terminal.type, Int32(clamping: terminal.columns), Int32(clamping: terminal.rows))
        case .command(let text): text.withBytes { ssh_channel_request_exec(handle, $0) }
        case .shell: ssh_channel_request_shell(handle)
        case .subsystem(let name): ssh_channel_request_subsystem(handle, name)
        }
    }

    private func refused(_ request: Request) -> GuestError {
        switch request {
        case .terminal: refused("a terminal")
        case .command(let text): refused("to run \(text.prefix(80))")
        case .shell: refused("a shell")
        case .subsystem(let name): refused("its subsystem \(name)")
        }
    }

    private func refused(_ what: String) -> GuestError {
        GuestError(.refused, node: node, "the guest's SSH server refused \(what): \(link.errorText)")
    }

    // MARK: bytes

    private var canSend: Bool {
        !isInputEnded && !isRemotelyClosed && phase == .running && ssh_channel_window_size(handle) > 0
    }

    private func send() {
        var budget = Self.bytesPerTurn
        while canSend, !input.isEmpty, !link.isCongested {
            if budget <= 0 {
                wantsTurn = true
                return
            }
            let limit = min(Self.bytesPerPacket, Int(ssh_channel_window_size(handle)))
            let count = input.send(limit: limit) { bytes in
                Int(ssh_channel_write(handle, bytes.baseAddress, UInt32(bytes.count)))
            }
            // Nothing is taken during a key exchange, and never again after the guest closed the channel.
            if count <= 0 { return }
            budget -= count
        }
        if input.isFinished, !isInputEnded, !isRemotelyClosed {
            isInputEnded = true
            ssh_channel_send_eof(handle)
        }
    }

    private func receive() throws {
        for (drain, isError) in [(output, Int32(0)), (errorOutput, Int32(1))] {
            try drain.flush()
            // libssh's read lets the guest send as much again: only an empty drain may take from it.
            while !drain.isBlocked, takeHeldBack(into: drain, isError) { try drain.flush() }
        }
    }

    /// Bytes that a drain refused when they came.
    private func takeHeldBack(into drain: OutputDrain, _ isError: Int32) -> Bool {
        guard holdsBack[Int(isError)] else { return false }
        holdsBack[Int(isError)] = false
        var count: Int32 = 0
        let available = ssh_channel_poll(handle, isError)
        guard available > 0 else { return false }
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(available)) { space, initialized in
            count = ssh_channel_read_nonblocking(handle, space.baseAddress, UInt32(available), isError)
            initialized = max(0, Int(count))
        }
        _ = bytes.withUnsafeBytes { drain.accept($0) }
        return count > 0
    }

    private func finish() {
        output.finish()
        errorOutput.finish()
        finished.resolve(
            .success(
                RemoteResult(
                    ending: ending ?? .unreported, output: output.collected, errorOutput: errorOutput.collected,
                    isTruncated: output.isTruncated || errorOutput.isTruncated)))
        release()
    }

    // MARK: libssh's callbacks

    private func installCallbacks(_ handle: ssh_channel) {
        callbacks.pointee.size = MemoryLayout<ssh_channel_callbacks_struct>.size
        callbacks.pointee.userdata = Unmanaged.passUnretained(self).toOpaque()
        callbacks.pointee.channel_data_function = { _, _, data, count, isError, context in
            guard let channel = RemoteChannel.from(context) else { return 0 }
            return channel.arrived(UnsafeRawBufferPointer(start: data, count: Int(count)), isError: isError != 0)
        }
        callbacks.pointee.channel_close_function = { _, _, context in
            RemoteChannel.from(context)?.isRemotelyClosed = true
        }
        callbacks.pointee.channel_exit_status_function = { _, _, status, context in
            RemoteChannel.from(context)?.ending = .exited(status)
        }
        callbacks.pointee.channel_exit_signal_function = { _, _, name, core, _, _, context in
            guard let name else { return }
            RemoteChannel.from(context)?.ending = .signalled(name: String(cString: name), coreDumped: core != 0)
        }
        ssh_add_channel_callbacks(handle, callbacks)
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> RemoteChannel? {
        context.map { Unmanaged<RemoteChannel>.fromOpaque($0).takeUnretainedValue() }
    }

    private func arrived(_ bytes: UnsafeRawBufferPointer, isError: Bool) -> Int32 {
        let taken = (isError ? errorOutput : output).accept(bytes)
        holdsBack[isError ? 1 : 0] = taken < bytes.count
        return Int32(taken)
    }
}
