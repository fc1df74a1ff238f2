/// All messages of a run, both sides matched, in a few dozen bytes each.
///
/// A message is named by (from, to, epoch, sequence); its numbers run up within a channel (from, to, epoch), so a
/// channel is two sorted arrays.
struct MessageTable {
    /// One side of one message.
    struct End {
        var sequence: UInt64
        var time: GuestTime
        var type: Int32
        var size: Int64
    }

    private struct ChannelKey: Hashable, Comparable {
        var from: Int32
        var to: Int32
        var epoch: UInt64

        static func < (left: ChannelKey, right: ChannelKey) -> Bool {
            (left.from, left.to, left.epoch) < (right.from, right.to, right.epoch)
        }
    }

    private struct Channel {
        var sends: [End] = []
        var receipts: [End] = []
        /// The flow id of the first send; the others follow.
        var firstFlow = 0
    }

    /// A message with at least one side.
    struct Match {
        var from: Int32
        var to: Int32
        var send: End?
        var receipt: End?
    }

    private var channels: [ChannelKey: Channel] = [:]
    /// Events that name a message which another event named before.
    private(set) var duplicates = 0

    mutating func add(_ event: MessageEvent) {
        let key = ChannelKey(from: event.key.from, to: event.key.to, epoch: event.key.epoch)
        let end = End(sequence: event.key.sequence, time: event.time, type: event.type, size: event.size)
        switch event.side {
        case .send: channels[key, default: Channel()].sends.append(end)
        case .receive: channels[key, default: Channel()].receipts.append(end)
        }
    }

    /// Sorts what was added; call it once, before anything is looked up.
    mutating func seal() {
        var flow = 1
        for key in channels.keys.sorted() {
            guard var channel = channels.removeValue(forKey: key) else { continue }
            channel.sends = sealed(channel.sends)
            channel.receipts = sealed(channel.receipts)
            channel.firstFlow = flow
            flow += channel.sends.count
            channels[key] = channel
        }
    }

    private mutating func sealed(_ ends: [End]) -> [End] {
        let sorted = ends.sorted { ($0.sequence, $0.time) < ($1.sequence, $1.time) }
        var result: [End] = []
        result.reserveCapacity(sorted.count)
        for end in sorted {
            if result.last?.sequence == end.sequence { duplicates += 1 } else { result.append(end) }
        }
        return result
    }

    /// A number for the message's arrow if both its sides were seen.
    func flow(of key: MessageKey) -> Int? {
        guard let channel = channels[ChannelKey(from: key.from, to: key.to, epoch: key.epoch)],
            let place = Self.place(of: key.sequence, in: channel.sends),
            Self.place(of: key.sequence, in: channel.receipts) != nil
        else { return nil }
        return channel.firstFlow + place
    }

    /// When the message was sent and received, on its nodes' clocks, if both were seen.
    func times(of key: MessageKey) -> (sent: GuestTime, received: GuestTime)? {
        guard let channel = channels[ChannelKey(from: key.from, to: key.to, epoch: key.epoch)],
            let send = Self.place(of: key.sequence, in: channel.sends),
            let receipt = Self.place(of: key.sequence, in: channel.receipts)
        else { return nil }
        return (channel.sends[send].time, channel.receipts[receipt].time)
    }

    private static func place(of sequence: UInt64, in ends: [End]) -> Int? {
        var low = 0
        var high = ends.count
        while low < high {
            let middle = (low + high) / 2
            if ends[middle].sequence < sequence { low = middle + 1 } else { high = middle }
        }
        return low < ends.count && ends[low].sequence == sequence ? low : nil
    }

    /// Calls `body` with every message, channel by channel.
    func forEach(_ body: (Match) -> Void) {
        for key in channels.keys.sorted() {
            guard let channel = channels[key] else { continue }
            var (send, receipt) = (0, 0)
            while send < channel.sends.count || receipt < channel.receipts.count {
                let nextSend = send < channel.sends.count ? channel.sends[send] : nil
                let nextReceipt = receipt < channel.receipts.count ? channel.receipts[receipt] : nil
                let sequence = min(nextSend?.sequence ?? .max, nextReceipt?.sequence ?? .max)
                let match = Match(
                    from: key.from, to: key.to,
                    send: nextSend?.sequence == sequence ? nextSend : nil,
                    receipt: nextReceipt?.sequence == sequence ? nextReceipt : nil)
                if match.send != nil { send += 1 }
                if match.receipt != nil { receipt += 1 }
                body(match)
            }
        }
    }
}
