import GuestContract
import Support

/// `ping`: round trips and throughput of the message layer between two kernels, beside plain TCP between the same guests.
///
/// The two are measured in turns, A B B A, so that what changes on the host meanwhile hits both alike.
package struct Ping: Sendable {
    /// What is measured, and how often.
    package struct Options: Sendable {
        /// Bytes of payload, each way.
        package var size = 64
        /// Round trips in each of the two turns.
        package var count = 500
        /// Messages of 64 KiB in each of the two turns of the throughput test; 0 leaves it out.
        package var streamCount = 200
        /// Whether plain TCP is measured too.
        package var comparesTCP = true

        /// Round trips of 64 bytes and a throughput test, of both transports.
        package init() {}
    }

    /// What one transport did, in all its turns.
    package struct Measurement: Codable, Sendable {
        /// In µs: the best minimum and the worst maximum of the turns, and the means of their other numbers.
        package var roundTrips: RoundTripTimes
        /// One way, in 10⁶ bytes per second.
        package var megabytesPerSecond: Double?
    }

    /// Both transports beside each other.
    package struct Outcome: Codable, Sendable {
        /// The node that asked, by name.
        package var from: String
        /// The node that answered, by name.
        package var to: String
        /// Bytes of payload of each round trip, each way.
        package var size: Int
        /// Round trips of each transport, in all its turns together.
        package var count: Int
        /// How many round trips each of the message layer's figures is the mean of: 1, unless the kernel tells no more than the time
        /// of many.
        package var batch: Int
        /// Between the kernels, by the self test of the message layer.
        package var messageLayer: Measurement
        /// Between two processes of the same guests; `nil` if TCP was not measured or gave no result.
        package var tcp: Measurement?
        /// Of the medians, message layer to TCP: below 1 is better than TCP.
        package var roundTripRatio: Double?
        /// Message layer to TCP: above 1 is better than TCP.
        package var throughputRatio: Double?
    }

    let access: LabAccess
    let options: Options

    /// Prepares to measure in the lab that `access` gives.
    package init(access: LabAccess, options: Options) {
        self.access = access
        self.options = options
    }

    /// Measures from one node to another.
    ///
    /// - Throws: `LabError` if both are one node or the kernels give no times; `ContractError` if a measurement fails.
    package func measure(from: NodeRecord, to: NodeRecord) async throws -> Outcome {
        try access.require(.ping)
        guard from.id != to.id else {
            throw LabError(.badArgument, "'\(from.name)' and '\(to.name)' are the same node", hint: "name two nodes")
        }
        let own = from.interface?.selfTest
        if let test = own, !test.isas.contains(from.spec.isa) {
            throw LabError(
                .notOffered,
                "the self test of \(from.name)'s kernel does not work on \(from.spec.isa.rawValue)",
                hint: "let a node ask that is \(test.isas.map(\.rawValue).joined(separator: " or "))")
        }
        return try await access.withSessions([from, to]) { sessions in
            let (sender, receiver) = (sessions[0].guest, sessions[1].guest)
            // Both carry the same.
            var options = options
            options.size = max(options.size, own?.leastBytes ?? 0)
            var layer = Series(transport: .messages)
            var plain = Series(transport: .tcp(receiver: receiver, address: to.spec.address))
            try await layer.takeTurn(from: sender, to: to.id, options)
            if options.comparesTCP {
                try await plain.takeTurn(from: sender, to: to.id, options)
                try await plain.takeTurn(from: sender, to: to.id, options)
                try await layer.takeTurn(from: sender, to: to.id, options)
            }
            guard let messages = layer.measurement else {
                throw LabError(.commandFailed, "\(from.name): the self test of the message layer gave no result")
            }
            let tcp = plain.measurement
            return Outcome(
                from: from.name, to: to.name, size: options.size, count: options.count * (options.comparesTCP ? 2 : 1),
                batch: own == nil ? 1 : min(options.count, EmbeddedGuest.batch), messageLayer: messages, tcp: tcp,
                roundTripRatio: tcp.map { messages.roundTrips.p50 / $0.roundTrips.p50 },
                throughputRatio: tcp?.megabytesPerSecond.flatMap { raw in messages.megabytesPerSecond.map { $0 / raw } }
            )
        }
    }
}

/// The turns of one transport.
private struct Series {
    let transport: Transport
    private var trips: [RoundTripTimes] = []
    /// In bytes per second.
    private var rates: [Double] = []

    private static let streamSize = 65536

    init(transport: Transport) { self.transport = transport }

    mutating func takeTurn(from sender: EmbeddedGuest, to peer: Int, _ options: Ping.Options) async throws {
        if let times = try await sender.roundTrips(to: peer, over: transport, size: options.size, count: options.count)
        {
            trips.append(times)
        }
        if case .messages = transport, sender.hasOwnTest { return }
        guard options.streamCount > 0 else { return }
        let rate = try await sender.throughput(
            to: peer, over: transport, size: Self.streamSize, count: options.streamCount)
        if let rate { rates.append(rate) }
    }

    /// `nil` if no turn gave a result.
    var measurement: Ping.Measurement? { Ping.Measurement(trips, rates) }
}

extension Ping.Measurement {
    /// The best minimum, the worst maximum, and the mean of the turns' medians and 99th percentiles.
    ///
    /// - Parameter rates: in bytes per second.
    init?(_ trips: [RoundTripTimes], _ rates: [Double]) {
        guard let min = trips.map(\.min).min(), let max = trips.map(\.max).max() else { return nil }
        func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(Swift.max(1, numbers.count)) }
        roundTrips = RoundTripTimes(min: min, p50: mean(trips.map(\.p50)), p99: mean(trips.map(\.p99)), max: max)
        megabytesPerSecond = rates.isEmpty ? nil : mean(rates) / 1e6
    }
}
