import Guest
import Support
import SystemPackage
import Topology

/// Round trips over plain TCP between two guests, now and then, as long as something else goes on there.
///
/// They tell how fast the host, its emulators and the wire are just then. No kernel module under test has a part in them.
package final class PacedRoundTrips: Sendable {
    private let client: FollowedCommand<String>
    private let server: FollowedCommand<Void>
    /// `nil` once it is closed.
    private let input: Guarded<FileDescriptor?>
    private let output: Task<[String], Never>
    private let sender: EmbeddedGuest

    /// Bytes of payload each way, and in which part of the time: one of eight tells enough, and disturbs little.
    private static let amounts = "64 8"
    private static let port = 30469

    private init(
        client: FollowedCommand<String>, server: FollowedCommand<Void>, input: FileDescriptor,
        output: Task<[String], Never>, sender: EmbeddedGuest
    ) {
        self.client = client
        self.server = server
        self.input = Guarded(input)
        self.output = output
        self.sender = sender
    }

    /// Begins, and returns once the first round trips were made.
    ///
    /// - Parameter address: the receiver's, on the fabric.
    /// - Throws: `ContractError` if it cannot begin; what `GuestSession.start` throws.
    package static func start(
        from sender: EmbeddedGuest, to receiver: EmbeddedGuest, at address: IPv4Address
    ) async throws -> PacedRoundTrips {
        let server = try await EmbeddedGuest.tcpServer(on: receiver, port: port, until: nil)
        let (reader, writer) = try FileDescriptor.privatePipe()
        let client: FollowedCommand<String>
        do {
            client = try await FollowedCommand(
                in: try sender.programs(), startBy: sender.deadline(.seconds(5)), endBy: nil
            ) {
                RemoteCommand(
                    "exec popcorn-tcpping pace \(address) \(port) \(amounts)", input: .descriptor(reader.rawValue),
                    output: .lines($0))
            }
        } catch {
            server.end.cancel()
            try? reader.close()
            try? writer.close()
            throw error
        }
        let (started, isStarted) = AsyncStream.makeStream(of: Void.self)
        let output = Task {
            defer {
                isStarted.finish()
                try? reader.close()
            }
            var lines: [String] = []
            for await line in client.output {
                // Its first line says that it measures.
                lines.append(line)
                isStarted.yield()
            }
            return lines
        }
        var first = started.makeAsyncIterator()
        guard await first.next() != nil else {
            server.end.cancel()
            try? writer.close()
            throw sender.failure("paced round trips: \(try await client.end.value.errorText)")
        }
        return PacedRoundTrips(client: client, server: server, input: writer, output: output, sender: sender)
    }

    /// Forgets what was measured so far: what is to be measured beside it begins.
    package func restart() {
        input.withLock { _ = try? $0?.writeAll([UInt8(ascii: "\n")]) }
    }

    /// Measures no more: what was to be measured beside it has ended.
    package func stop() {
        input.withLock {
            try? $0?.close()
            $0 = nil
        }
    }

    /// Stops, and takes what was measured.
    ///
    /// - Returns: all times in µs, in their order, at most the last 65,536; none if one of the guests is gone.
    package func finish() async -> [Double] {
        stop()
        let timer = Task {
            try await Task.sleep(until: sender.deadline(.seconds(2)))
            client.end.cancel()
        }
        let lines = await output.value
        _ = await client.end.result
        timer.cancel()
        // It ends with its client; if that could not tell it so, its guest is gone, too.
        server.end.cancel()
        return lines.dropFirst().compactMap { Double($0).map { $0 / 1000 } }
    }
}
