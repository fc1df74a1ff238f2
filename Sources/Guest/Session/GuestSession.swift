import CLibssh
import Support

/// A connection to one guest, over which any number of commands and file transfers run at the same time.
///
/// It has a thread of its own, which waits for the connection and for the descriptors that commands read and write.
/// Every call ends: by its deadline, by cancellation of its task, or when the guest is silent for too long.
package actor GuestSession: PollingActor {
    /// Where the guest was reached, and as whom.
    package nonisolated let endpoint: GuestEndpoint
    /// How long the guest may be silent while something waits for it.
    package nonisolated let watch: LinkWatch
    nonisolated let executor: PollExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Something that an asynchronous call waits for.
    private struct Wait {
        var deadline: ContinuousClock.Instant?
        var late: () -> GuestError
        var end: (any Error) -> Void
    }

    /// The fingerprint of the key that the guest has shown, once it has.
    package internal(set) var shownHostKey: String?
    private var link: SSHLink?
    private var isOpen = false
    private var failure: GuestError?
    private var channels: [UInt64: RemoteChannel] = [:]
    private var waits: [UInt64: Wait] = [:]
    private var descriptorWaits: [UInt64: (descriptors: [pollfd], promise: Promise<Void>)] = [:]
    private var lastID: UInt64 = 0
    private var pulse: LinkPulse
    /// How much had been received when the channels were last moved on.
    private var seen: UInt64 = 0
    private var isExpecting = false
    /// How many channels were closed without a word so far.
    var unreportedEndings = 0
    private var fileTransfer: (id: UInt64, client: SFTPClient)?

    init(endpoint: GuestEndpoint, watch: LinkWatch) throws {
        self.endpoint = endpoint
        self.watch = watch
        pulse = LinkPulse(watch: watch)
        executor = try PollExecutor(name: "ssh \(endpoint.node)")
    }

    /// Ends the connection; commands that still run fail.
    package func close() {
        end(with: GuestError(.connectionLost, node: endpoint.node, "the connection was closed by this side"))
    }

    /// Whether the connection stands, as far as this side knows.
    var isConnected: Bool { isOpen && failure == nil }

    // MARK: what the thread does

    /// The sockets, descriptors and deadlines that the thread has to wait for next.
    package func interests() -> PollInterests {
        var result = PollInterests()
        result.descriptors = descriptorWaits.values.flatMap(\.descriptors)
        for wait in waits.values {
            if let deadline = wait.deadline { result.wake(by: deadline) }
        }
        guard isOpen, let link else { return result }
        result.descriptors.append(link.wanted)
        for channel in channels.values {
            result.descriptors += channel.wanted
            if channel.wantsTurn { result.wake(by: .now) }
        }
        if watchPulse(link) { result.wake(by: pulse.nextLook) }
        // Most calls of libssh also receive: what they got for other channels than theirs must not wait for the next
        // event.
        if link.received != seen || !link.isConnected { result.wake(by: .now) }
        return result
    }

    /// Moves on what has become ready, and ends calls whose deadline has passed.
    package func turn(_ ready: [pollfd]) {
        var events: [Int32: Int16] = [:]
        for descriptor in ready where descriptor.revents != 0 {
            events[descriptor.fd, default: 0] |= descriptor.revents
        }
        for (descriptors, promise) in descriptorWaits.values
        where descriptors.contains(where: { events[$0.fd] != nil }) {
            promise.resolve(.success(()))
        }
        if isOpen, let link {
            if events[link.descriptor] != nil { link.pump() }
            advance(ready: events)
            checkPulse()
        }
        expire()
    }

    /// Moves every channel on, and notices the end of the connection.
    func advance(ready: [Int32: Int16] = [:]) {
        guard let link else { return }
        seen = link.received
        for (id, channel) in channels {
            channel.advance(ready: ready)
            if channel.isDone { remove(id, channel) }
        }
        if !link.isConnected {
            end(with: GuestError(.connectionLost, node: endpoint.node, "the connection ended: \(link.errorText)"))
        }
    }

    private func checkPulse() {
        guard let link, isExpecting else { return }
        switch pulse.look(received: link.received, now: .now) {
        case .fine: break
        case .silent: link.probe()
        case .dead:
            let seconds = watch.deadAfter / .seconds(1)
            end(with: GuestError(.connectionLost, node: endpoint.node, "the guest has not answered for \(seconds) s"))
        }
    }

    /// Whether something waits for the guest. Silence counts from when that began.
    private func watchPulse(_ link: SSHLink) -> Bool {
        let idle = fileTransfer.map { $0.client.isIdle ? 1 : 0 } ?? 0
        let expects = channels.count > idle
        if expects && !isExpecting { pulse.start(received: link.received, now: .now) }
        isExpecting = expects
        return expects
    }

    private func expire() {
        let now = ContinuousClock.now
        for wait in waits.values {
            if let deadline = wait.deadline, deadline <= now { wait.end(wait.late()) }
        }
    }

    private func end(with error: GuestError) {
        failure = failure ?? error
        isOpen = false
        for channel in channels.values {
            channel.fail(error)
            channel.release()
        }
        channels = [:]
        fileTransfer?.client.end(with: error)
        fileTransfer = nil
        link = nil
    }

    // MARK: channels

    /// Starts a channel of the connection.
    func openChannel(
        _ requests: [RemoteChannel.Request], input: InputFeed, output: OutputDrain, errorOutput: OutputDrain
    ) throws -> (id: UInt64, channel: RemoteChannel) {
        if let failure { throw failure }
        guard isOpen, let link else {
            throw GuestError(.connectionLost, node: endpoint.node, "there is no connection")
        }
        let channel = try RemoteChannel(
            link: link, node: endpoint.node, requests: requests, input: input, output: output,
            errorOutput: errorOutput)
        lastID += 1
        let id = lastID
        channels[id] = channel
        advance()
        return (id, channel)
    }

    func channel(_ id: UInt64) -> RemoteChannel? { channels[id] }

    /// Gives up a channel: the command is told to end, its caller gets `error`.
    func abandon(_ id: UInt64, _ error: any Error) {
        guard let channel = channels[id] else { return }
        channel.fail(error, signal: .terminate)
        if channel.isDone { remove(id, channel) }
        advance()
    }

    private func remove(_ id: UInt64, _ channel: RemoteChannel) {
        channels[id] = nil
        guard let transfer = fileTransfer, transfer.id == id else { return }
        fileTransfer = nil
        let reason = String(decoding: channel.errorOutput.collected.prefix(200), as: UTF8.self)
        transfer.client.end(
            with: GuestError(
                .transferFailed, node: endpoint.node, "the guest's SFTP server ended. \(reason)",
                hint: "the image needs an sftp-server where its SSH server looks for it"))
    }

    /// The SFTP conversation, which is begun when first needed.
    func files() throws -> SFTPClient {
        if let fileTransfer { return fileTransfer.client }
        let client = SFTPClient(node: endpoint.node)
        let (id, channel) = try openChannel(
            [.subsystem("sftp")], input: client.input, output: OutputDrain { client.receive($0) },
            errorOutput: OutputDrain(.collect(limit: 1024)))
        fileTransfer = (id, client)
        if channel.isDone { remove(id, channel) }
        return client
    }

    // MARK: waiting

    /// The value of `promise`. On a deadline or cancellation the promise is resolved with the error.
    ///
    /// - Parameter late: the error that a passed deadline gives.
    func value<Value: Sendable>(
        of promise: Promise<Value>, deadline: ContinuousClock.Instant?, late: @escaping () -> GuestError
    ) async throws -> Value {
        lastID += 1
        let id = lastID
        waits[id] = Wait(deadline: deadline, late: late, end: { promise.resolve(.failure($0)) })
        defer { waits[id] = nil }
        return try await withTaskCancellationHandler {
            // A closure that does not capture `self` would leave the actor: the call of a method proves that this one
            // does.
            try await withCheckedThrowingContinuation(isolation: self) { attach($0, to: promise) }
        } onCancel: {
            Task { await self.cancelWait(id) }
        }
    }

    private func attach<Value: Sendable>(_ waiter: CheckedContinuation<Value, any Error>, to promise: Promise<Value>) {
        promise.attach(waiter)
    }

    private func cancelWait(_ id: UInt64) { waits[id]?.end(CancellationError()) }

    /// Waits until one of `descriptors` is ready or `deadline` comes.
    func ready(_ descriptors: [pollfd], deadline: ContinuousClock.Instant) async throws {
        let promise = Promise<Void>()
        lastID += 1
        let id = lastID
        descriptorWaits[id] = (descriptors, promise)
        defer { descriptorWaits[id] = nil }
        do {
            _ = try await value(of: promise, deadline: deadline) { GuestError(.timeout, node: "", "") }
        } catch is GuestError {
            return
        }
    }

    /// The handshake is over: from here on the thread pumps the connection.
    func begin(_ link: SSHLink) {
        self.link = link
        link.becomeEventful()
        isOpen = true
    }

    func attachToThread() { executor.attach(self) }
}
