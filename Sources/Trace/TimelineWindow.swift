import Support

/// A part of a timeline, on the host's clock: what lasts into it, or happens in it, is shown.
package struct TimelineWindow: Equatable, Sendable {
    /// Where it begins; this moment belongs to it.
    package var first: HostTime
    /// Where it ends; this moment belongs to it.
    package var last: HostTime

    init(first: HostTime, last: HostTime) {
        self.first = first
        self.last = last
    }

    func shows(_ begin: HostTime, _ end: HostTime) -> Bool { begin <= last && end >= first }

    func holds(_ begin: HostTime, _ end: HostTime) -> Bool { begin >= first && end <= last }
}

extension Timeline {
    /// The last moment of any node.
    package var end: HostTime {
        nodes.compactMap { node in node.last.map(node.map.hostTime) }.max() ?? HostTime(nanoseconds: 0)
    }

    /// The part between two times of the picture, in which the timeline begins at zero.
    package func window(after: Duration?, until: Duration?) throws -> TimelineWindow {
        let first = after.map { origin + $0 } ?? origin
        let last = until.map { origin + $0 } ?? end
        guard first <= last, first <= end else {
            throw TraceError(
                .noSuchPart, "the timeline has nothing there: it lasts \((end - origin).formattedSeconds)",
                exitStatus: .usage)
        }
        return TimelineWindow(first: first, last: last)
    }

    /// The last part of the timeline.
    package func window(last: Duration) -> TimelineWindow { TimelineWindow(first: end - last, last: end) }

    /// All of a hop: from the request until the thread is warm, and a little on either side.
    ///
    /// - Parameters:
    ///   - hop: The hop's number.
    ///   - thread: The thread's number in its process; needed if several threads made a hop of that number.
    /// - Throws: `TraceError.Code.noSuchPart` for a hop that the traces do not show, or show of several threads.
    package func window(hop: UInt32, ofThread thread: UInt32?) throws -> TimelineWindow {
        let found = migration.hops.filter { $0.key.hop == hop && (thread == nil || $0.key.thread == thread) }
        guard found.count < 2 else {
            throw TraceError(
                .noSuchPart,
                "\(found.count) threads made a hop \(hop): "
                    + Set(found.map(\.key.thread)).sorted().prefix(8).map(String.init).joined(separator: ", "),
                hint: "name one of them: THREAD:\(hop)", exitStatus: .usage)
        }
        guard let only = found.first, let begin = HopTimes(only, nodes.map(\.map)).begin,
            let end = HopTimes(only, nodes.map(\.map)).end
        else {
            let most = migration.hops.map(\.key.hop).max()
            throw TraceError(
                .noSuchPart, "the traces show no hop \(thread.map { "\($0):" } ?? "")\(hop)",
                hint: most.map { "the last hop is \($0)" } ?? "no thread moved", exitStatus: .usage)
        }
        let margin = Duration.milliseconds(1)
        return TimelineWindow(first: begin - margin, last: end + margin)
    }
}

extension HostTime {
    static func + (time: HostTime, length: Duration) -> HostTime {
        HostTime(nanoseconds: time.nanoseconds &+ Int64((length.microseconds * 1000).rounded()))
    }

    static func - (time: HostTime, length: Duration) -> HostTime { time + (.zero - length) }

    static func - (left: HostTime, right: HostTime) -> Duration { .nanoseconds(left.nanoseconds - right.nanoseconds) }
}
