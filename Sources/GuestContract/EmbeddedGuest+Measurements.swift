import Guest
import Support
import Topology
import Trace

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
        case .messages:
            if let interface, let test = interface.selfTest {
                try await ownRoundTrips(interface, test, size: size, count: count)
            } else {
                RoundTripTimes(try await selfTest("ping \(peer) \(size) \(count) 1"))
            }
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

    /// How many round trips a kernel that tells only their sum makes at once; what `roundTrips` gives then is the spread of the means.
    package static let batch = 25

    /// Of a kernel whose log tells what a number of round trips took.
    private func ownRoundTrips(
        _ interface: KernelInterface, _ test: KernelInterface.SelfTest, size: Int, count: Int
    ) async throws -> RoundTripTimes? {
        let file = interface.files[.selfTest] ?? ""
        guard try await session.exec("test -e \(file)", deadline: deadline(.seconds(5))).succeeded else {
            throw failure(
                "its kernel has no \(file)", hint: "is the module loaded that measures? `popcorn-lab logs` tells")
        }
        let batches = max(1, (count + Self.batch - 1) / Self.batch)
        let text = test.text(bytes: max(size, test.leastBytes), rounds: min(count, Self.batch))
        let before = try await lastRecord()
        _ = try await output(
            of: "for i in $(seq \(batches)); do echo '\(text)' > \(file) || exit; done", within: .seconds(60),
            subject: "message layer: \(text)", hint: "`popcorn-lab logs` may tell why")
        var parser = KernelLogParser()
        let said = parser.feed(try await kernelLog()) + parser.finish()
        let means = said.filter { before == nil || ($0.sequence ?? 0) > before ?? 0 }
            .compactMap { test.took.groups(in: $0.text)?.first.flatMap(Double.init) }
            .map { $0 / 1000 / Double(min(count, Self.batch)) }.sorted()
        guard let least = means.first, let most = means.last else { return nil }
        func rank(_ share: Double) -> Double {
            means[max(0, Int((share * Double(means.count)).rounded(.up)) - 1)]
        }
        return RoundTripTimes(min: least, p50: rank(0.5), p99: rank(0.99), max: most)
    }

    /// The number of the log's last record.
    private func lastRecord() async throws -> UInt64? {
        var parser = KernelLogParser()
        return (parser.feed(try await kernelLog()) + parser.finish()).compactMap(\.sequence).max()
    }

    private func selfTest(_ test: String) async throws -> KeyValues {
        let result = try await output(
            of: "echo \(test) > \(GuestFile.selfTest) && cat \(GuestFile.selfTest)", within: .seconds(60),
            subject: "message layer: \(test)",
            hint: "`popcorn-lab status` shows the peers; another test may be running")
        return KeyValues(result.text.split(separator: "\n"))
    }

    /// Where its kernel begins: the address of `_text`, which KASLR changes from boot to boot.
    package func kernelBase() async throws -> UInt64 {
        let result = try await output(
            of: "grep -m1 ' _text$' \(GuestFile.kernelSymbols)", within: .seconds(5), subject: "the kernel's symbols")
        guard let word = result.text.split(separator: " ").first, let base = UInt64(word, radix: 16), base != 0 else {
            throw failure("its kernel hides where it lies: '\(result.text)'")
        }
        return base
    }

    private static let tcpPort = 30999

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
            in: try receiver.programs(), startBy: receiver.deadline(.seconds(60)), endBy: end
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
