import FoundationEssentials
import Guest
import Support
import Trace

/// Relates a guest's clock to the host's by questions and answers over SSH.
///
/// The guest's `popcorn-clock` answers each byte with its `local_clock()`, which stamps dmesg and traces alike.
struct ClockSampler {
    let session: GuestSession

    /// - Parameter count: how many questions; the quickest answers have the smallest error bounds.
    func samples(_ count: Int, deadline: ContinuousClock.Instant) async throws -> [ClockSample] {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError("create a pipe") }
        let (reader, writer) = (ends[0], ends[1])
        defer { close(reader) }
        let samples: [ClockSample]
        let clock: FollowedCommand<(String, HostTime)>
        do {
            // The end of its input ends the program.
            defer { close(writer) }
            clock = try await FollowedCommand(in: session, startBy: deadline, endBy: deadline) { hand in
                RemoteCommand("exec popcorn-clock", input: .descriptor(reader), output: .lines { hand(($0, .now)) })
            }
            samples = await ask(count, writer, clock.output)
        }
        let result = try await clock.end.value
        guard !samples.isEmpty else {
            throw LabError(
                .commandFailed, "\(session.endpoint.node): popcorn-clock gives no time: \(result.errorText)",
                hint: "is popcorn.ko loaded? `popcorn-lab exec \(session.endpoint.node) cat /proc/popcorn_clock`")
        }
        return samples
    }

    /// Adds samples to a file, one a line.
    func record(_ count: Int, to path: String, deadline: ContinuousClock.Instant) async throws {
        let lines = try await samples(count, deadline: deadline).map { try JSONEncoder().encode($0) + [0x0a] }
        try AtomicFile.append(lines.reduce(Data(), +), to: path)
    }

    private func ask(
        _ count: Int, _ writer: Int32, _ answers: AsyncStream<(String, HostTime)>
    ) async -> [ClockSample] {
        var samples: [ClockSample] = []
        var iterator = answers.makeAsyncIterator()
        for _ in 0..<count {
            let before = HostTime.now
            guard write(writer, "?", 1) == 1, let (line, after) = await iterator.next() else { break }
            guard let guest = Self.localClock(line) else { continue }
            samples.append(ClockSample(hostBefore: before, guest: guest, hostAfter: after))
        }
        return samples
    }

    /// The `local=` field of `/proc/popcorn_clock`, in ns.
    static func localClock(_ line: String) -> GuestTime? {
        KeyValues(line.split(separator: " ")).number("local").map { GuestTime(nanoseconds: $0) }
    }
}

extension HostTime {
    /// CLOCK_REALTIME, which captures carry too.
    static var now: HostTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return HostTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
