/// One exchange of the host with a guest: the guest read its clock between two readings of the host's.
package struct ClockSample: Equatable, Sendable {
    /// The host's clock before it asked.
    package var hostBefore: HostTime
    /// The guest's `local_clock()`.
    package var guest: GuestTime
    /// The host's clock when the answer was there.
    package var hostAfter: HostTime
    /// How far apart two times of the guest's clock are at least, in ns: a clock that goes by ticks calls all moments of a tick by
    /// one name. 0 for a clock that does not.
    package var grain: Int64

    /// Makes a reading from three moments; `hostAfter` should not be before `hostBefore`.
    package init(hostBefore: HostTime, guest: GuestTime, hostAfter: HostTime, grain: Int64 = 0) {
        self.grain = grain
        self.hostBefore = hostBefore
        self.guest = guest
        self.hostAfter = hostAfter
    }

    /// Half of the round trip, in µs: how wrong the middle of the two host times can be.
    package var errorMicroseconds: Double { Double(hostAfter.nanoseconds - hostBefore.nanoseconds) / 2000 }
}

extension ClockSample: Codable {
    private enum CodingKeys: String, CodingKey {
        case hostBefore = "host_before_us"
        case guest = "guest_ns"
        case hostAfter = "host_after_us"
        case grain = "grain_ns"
    }

    /// `{"host_before_us":…,"guest_ns":…,"host_after_us":…}`, whole numbers: one line of a node's `clock.jsonl`. A clock that goes by
    /// ticks has `"grain_ns":…` besides.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        hostBefore = HostTime(microseconds: try values.decode(Int64.self, forKey: .hostBefore))
        guest = GuestTime(nanoseconds: try values.decode(Int64.self, forKey: .guest))
        hostAfter = HostTime(microseconds: try values.decode(Int64.self, forKey: .hostAfter))
        grain = max(0, try values.decodeIfPresent(Int64.self, forKey: .grain) ?? 0)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        // Rounded outwards, so that the guest's reading stays inside.
        try values.encode(hostBefore.nanoseconds.floored(to: 1000) / 1000, forKey: .hostBefore)
        try values.encode(guest.nanoseconds, forKey: .guest)
        try values.encode((hostAfter.nanoseconds + 999).floored(to: 1000) / 1000, forKey: .hostAfter)
        if grain > 0 { try values.encode(grain, forKey: .grain) }
    }
}

/// Something else that is known of a guest's clock and the host's, on one side only.
package struct ClockBound: Equatable, Sendable {
    enum Relation: Sendable {
        /// The guest's moment came no later than the host's: a message was sent before the host saw its packet.
        case guestNotAfterHost
        /// The guest's moment came no earlier: a message was received after the host saw its packet.
        case guestNotBeforeHost
    }

    /// The moment on the guest's clock.
    package var guest: GuestTime
    var host: HostTime
    var relation: Relation

    init(guest: GuestTime, host: HostTime, relation: Relation) {
        self.guest = guest
        self.host = host
        self.relation = relation
    }
}

extension Int64 {
    fileprivate func floored(to unit: Int64) -> Int64 {
        let rest = self % unit
        return self - (rest < 0 ? rest + unit : rest)
    }
}
