import Guest
import Support
import Topology

/// `ping`: round trips and throughput of the message layer between two kernels, beside plain TCP between the same guests.
///
/// The two are measured in turns, A B B A, so that what changes on the host meanwhile hits both alike.
public struct Ping: Sendable {
    public struct Options: Sendable {
        /// Bytes of payload, each way.
        public var size = 64
        /// Round trips in each of the two turns.
        public var count = 500
        /// Messages of 64 KiB in each of the two turns of the throughput test; 0 leaves it out.
        public var streamCount = 200
        /// Whether plain TCP is measured too.
        public var comparesTCP = true

        public init() {}
    }

    /// In µs.
    public struct RoundTrips: Codable, Sendable {
        public var min: Double
        public var p50: Double
        public var p99: Double
        public var max: Double
    }

    public struct Measurement: Codable, Sendable {
        public var roundTrips: RoundTrips
        /// One way, in 10⁶ bytes per second.
        public var megabytesPerSecond: Double?
    }

    public struct Outcome: Codable, Sendable {
        public var from: String
        public var to: String
        public var size: Int
        public var count: Int
        public var messageLayer: Measurement
        public var tcp: Measurement?
        /// Of the medians, message layer to TCP: below 1 is better than TCP.
        public var roundTripRatio: Double?
        /// Message layer to TCP: above 1 is better than TCP.
        public var throughputRatio: Double?
    }

    private static let streamSize = 65536

    let access: LabAccess
    let options: Options

    public init(access: LabAccess, options: Options) {
        self.access = access
        self.options = options
    }

    public func callAsFunction(from: NodeRecord, to: NodeRecord) async throws -> Outcome {
        guard from.id != to.id else {
            throw LabError(.badArgument, "'\(from.name)' and '\(to.name)' are the same node", hint: "name two nodes")
        }
        return try await access.withSessions([from, to]) { sessions in
            let (sender, receiver) = (sessions[0], sessions[1])
            let turns: [Transport] = options.comparesTCP ? [.messages, .tcp, .tcp, .messages] : [.messages]
            var trips: [Transport: [KeyValues]] = [:]
            var streams: [Transport: [Double]] = [:]
            for turn in turns {
                trips[turn, default: []].append(try await turn.ping(sender, receiver, options))
                guard options.streamCount > 0 else { continue }
                let result = try await turn.stream(sender, receiver, size: Self.streamSize, count: options.streamCount)
                if let rate = result.number("bytes_per_s", as: Double.self) { streams[turn, default: []].append(rate) }
            }
            guard let messages = Measurement(trips[.messages] ?? [], streams[.messages] ?? []) else {
                throw LabError(.commandFailed, "\(from.name): the self test of the message layer gave no result")
            }
            let tcp = Measurement(trips[.tcp] ?? [], streams[.tcp] ?? [])
            return Outcome(
                from: from.name, to: to.name, size: options.size, count: options.count * max(1, turns.count / 2),
                messageLayer: messages, tcp: tcp,
                roundTripRatio: tcp.map { messages.roundTrips.p50 / $0.roundTrips.p50 },
                throughputRatio: tcp?.megabytesPerSecond.flatMap { raw in messages.megabytesPerSecond.map { $0 / raw } }
            )
        }
    }
}

extension Ping.Measurement {
    /// The best minimum, the worst maximum, and the mean of the turns' medians and 99th percentiles.
    init?(_ trips: [KeyValues], _ rates: [Double]) {
        func values(_ key: String) -> [Double] { trips.compactMap { $0.number(key) }.map { $0 / 1000 } }
        guard let min = values("min_ns").min(), let max = values("max_ns").max() else { return nil }
        func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(Swift.max(1, numbers.count)) }
        roundTrips = Ping.RoundTrips(min: min, p50: mean(values("p50_ns")), p99: mean(values("p99_ns")), max: max)
        megabytesPerSecond = rates.isEmpty ? nil : mean(rates) / 1e6
    }
}

/// What carries the bytes.
private enum Transport: Sendable {
    /// The self test in both kernels: `/proc/popcorn_test`.
    case messages
    /// `popcorn-tcpping` in both guests.
    case tcp

    private static let port = 30468

    func ping(_ sender: NodeSession, _ receiver: NodeSession, _ options: Ping.Options) async throws -> KeyValues {
        switch self {
        case .messages: try await selfTest("ping \(receiver.node.id) \(options.size) \(options.count) 1", sender)
        case .tcp: try await tcp("ping", sender, receiver, "\(options.size) \(options.count)")
        }
    }

    func stream(_ sender: NodeSession, _ receiver: NodeSession, size: Int, count: Int) async throws -> KeyValues {
        switch self {
        case .messages: try await selfTest("stream \(receiver.node.id) \(size) \(count)", sender)
        case .tcp: try await tcp("stream", sender, receiver, "\(size) \(count)")
        }
    }

    private func selfTest(_ test: String, _ sender: NodeSession) async throws -> KeyValues {
        let result = try await sender.session.exec(
            "echo \(test) > /proc/popcorn_test && cat /proc/popcorn_test",
            deadline: .now + sender.node.timeScale(.seconds(60)))
        guard result.succeeded else {
            throw LabError(
                .commandFailed, "\(sender.node.name): message layer: \(test): \(result.errorText)",
                hint: "`popcorn-lab status` shows the peers; another test may be running")
        }
        return KeyValues(result.text.split(separator: "\n"))
    }

    private func tcp(
        _ test: String, _ sender: NodeSession, _ receiver: NodeSession, _ amounts: String
    ) async throws -> KeyValues {
        let limit = ContinuousClock.now + sender.node.timeScale(.seconds(60))
        let server = try await FollowedCommand(in: receiver.session, startBy: limit, endBy: limit) {
            RemoteCommand("exec popcorn-tcpping serve \(Self.port)", output: .lines($0))
        }
        // Its first line says that it listens.
        var lines = server.output.makeAsyncIterator()
        guard await lines.next() != nil else {
            throw LabError(.commandFailed, "\(receiver.node.name): TCP server: \(try await server.end.value.errorText)")
        }
        let client = try await sender.session.exec(
            "popcorn-tcpping \(test) \(receiver.node.spec.address) \(Self.port) \(amounts)", deadline: limit)
        guard client.succeeded else {
            server.end.cancel()
            throw LabError(.commandFailed, "\(sender.node.name): TCP: \(client.errorText)")
        }
        _ = try await server.end.value
        return KeyValues(client.text.split(separator: "\n"))
    }
}
