import Guest
import Support
import Topology

/// The times of a number of round trips between two guests, in µs.
package struct RoundTripTimes: Codable, Sendable {
    /// The shortest of all.
    package var min: Double
    /// The median. For messages it is exact to a bucket of the kernel's histogram, of which it is the lower end.
    package var p50: Double
    /// The 99th percentile, as exact as `p50`.
    package var p99: Double
    /// The longest of all.
    package var max: Double

    /// All times are in µs.
    package init(min: Double, p50: Double, p99: Double, max: Double) {
        self.min = min
        self.p50 = p50
        self.p99 = p99
        self.max = max
    }

    /// - Parameter values: `min_ns`, `p50_ns`, `p99_ns` and `max_ns`.
    init?(_ values: KeyValues) {
        guard let min: Double = values.number("min_ns"), let p50: Double = values.number("p50_ns"),
            let p99: Double = values.number("p99_ns"), let max: Double = values.number("max_ns")
        else { return nil }
        self.init(min: min / 1000, p50: p50 / 1000, p99: p99 / 1000, max: max / 1000)
    }
}

/// What carries the bytes of a measurement between two guests.
package enum Transport: Sendable {
    /// The message layer: the self test in both kernels.
    case messages
    /// Plain TCP: `popcorn-tcpping` in both guests.
    case tcp(receiver: EmbeddedGuest, address: IPv4Address)
}

extension EmbeddedGuest {
    /// Measures round trips of `size` bytes each way.
    ///
    /// - Parameter peer: the id of the other node.
    /// - Returns: `nil` if the guest tells no times.
    package func roundTrips(
        to peer: Int, over transport: Transport, size: Int, count: Int
    ) async throws -> RoundTripTimes? {
        switch transport {
        case .messages: RoundTripTimes(try await selfTest("ping \(peer) \(size) \(count) 1"))
        case .tcp(let receiver, let address):
            RoundTripTimes(try await tcpTest("ping", receiver, address, "\(size) \(count)"))
        }
    }

    /// Measures the throughput one way, in bytes per second.
    ///
    /// - Parameter peer: the id of the other node.
    /// - Returns: `nil` if the guest tells none.
    package func throughput(
        to peer: Int, over transport: Transport, size: Int, count: Int
    ) async throws -> Double? {
        switch transport {
        case .messages: try await selfTest("stream \(peer) \(size) \(count)").number("bytes_per_s")
        case .tcp(let receiver, let address):
            try await tcpTest("stream", receiver, address, "\(size) \(count)").number("bytes_per_s")
        }
    }

    private func selfTest(_ test: String) async throws -> KeyValues {
        let result = try await output(
            of: "echo \(test) > \(GuestFile.selfTest) && cat \(GuestFile.selfTest)", within: .seconds(60),
            subject: "message layer: \(test)",
            hint: "`popcorn-lab status` shows the peers; another test may be running")
        return KeyValues(result.text.split(separator: "\n"))
    }

    private static let tcpPort = 30468

    private func tcpTest(
        _ test: String, _ receiver: EmbeddedGuest, _ address: IPv4Address, _ amounts: String
    ) async throws -> KeyValues {
        let limit = deadline(.seconds(60))
        let server = try await Self.tcpServer(on: receiver, port: Self.tcpPort, until: limit)
        let client = try await session.exec(
            "popcorn-tcpping \(test) \(address) \(Self.tcpPort) \(amounts)", deadline: limit)
        guard client.succeeded else {
            server.end.cancel()
            throw failure("TCP: \(client.errorText)")
        }
        _ = try await server.end.value
        return KeyValues(client.text.split(separator: "\n"))
    }

    /// Starts a server for one client, and returns once it listens.
    ///
    /// - Parameter end: when it must have ended; `nil` for a server that lasts as long as its client.
    static func tcpServer(
        on receiver: EmbeddedGuest, port: Int, until end: ContinuousClock.Instant?
    ) async throws -> FollowedCommand<Void> {
        let server = try await FollowedCommand<Void>(
            in: receiver.session, startBy: receiver.deadline(.seconds(60)), endBy: end
        ) { hand in
            RemoteCommand("exec popcorn-tcpping serve \(port)", output: .lines { _ in hand(()) })
        }
        // Its first line says that it listens.
        var lines = server.output.makeAsyncIterator()
        guard await lines.next() != nil else {
            throw receiver.failure("TCP server: \(try await server.end.value.errorText)")
        }
        return server
    }
}
