import FoundationEssentials
import Trace

/// A line of a node's kernel log, on the host's clock.
package struct LogLine: Codable, Sendable, Comparable {
    /// The node's name, as in the lab file.
    package var node: String
    /// µs since the epoch, on the host's clock; `nil` if the guest's clock could not be related to it.
    package var hostMicroseconds: Double?
    /// How wrong `hostMicroseconds` may be.
    var hostErrorMicroseconds: Double?
    /// µs since the guest's boot.
    package var guestMicroseconds: Double
    /// `emerg` … `debug`.
    var level: String?
    var facility: String?
    /// The message as the kernel keeps it, without its time and level.
    package var text: String

    enum CodingKeys: String, CodingKey {
        case node
        case hostMicroseconds = "host_us"
        case hostErrorMicroseconds = "host_error_us"
        case guestMicroseconds = "guest_us"
        case level, facility, text
    }

    init(node: String, message: KernelMessage, map: ClockMap?) {
        self.node = node
        if let map, map.isAnchored {
            hostMicroseconds = map.hostTime(of: message.time).microseconds
            hostErrorMicroseconds = map.errorMicroseconds(at: message.time)
        }
        guestMicroseconds = message.time.microseconds
        level = message.level?.name
        facility = message.facilityName
        text = message.text
    }

    package static func < (left: LogLine, right: LogLine) -> Bool {
        (left.hostMicroseconds ?? left.guestMicroseconds, left.node)
            < (right.hostMicroseconds ?? right.guestMicroseconds, right.node)
    }
}
