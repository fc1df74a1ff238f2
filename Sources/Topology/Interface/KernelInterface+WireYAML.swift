import Support
import UserInput

extension KernelInterface.Transport {
    static let keys = [
        "port", "header_bytes", "header", "largest_bytes", "write_flag", "retry_result", "messages",
    ]

    /// As far as a kernel's length of a message reaches that may be damage.
    private static let largest = 1 << 24

    init?(_ fields: YAMLMapping) {
        let port = fields.required("port") { fields.integer($0) }
        if let port, !LabLimits.ports.contains(port) { fields.report("\(port) is not a TCP port", at: "port") }
        let size = fields.integer("header_bytes") ?? 0
        if !(0...256).contains(size) { fields.report("\(size) is no size of a header", at: "header_bytes") }
        let header = fields.mapping("header", as: "a header", keys: ["from", "type", "size"])
            .flatMap { KernelInterface.Header($0, bytes: size) }
        let largest = fields.integer("largest_bytes") ?? 1 << 16
        if !(max(size, 1)...Self.largest).contains(largest) {
            fields.report("\(largest) is no size of the largest message", at: "largest_bytes")
        }
        let messages =
            fields.mappings("messages", as: "a message", keys: KernelInterface.Message.keys)?.compactMap {
                $0.flatMap { KernelInterface.Message($0, headerBytes: size, largest: largest) }
            } ?? []
        if fields.has("messages"), !fields.has("header") {
            fields.report("messages are found by what their header says: the key 'header' is missing", at: "messages")
        }
        for (index, message) in messages.enumerated() {
            if let other = messages[..<index].first(where: { $0.type == message.type }) {
                fields.report("\(other.name) and \(message.name) are both of type \(message.type)", at: "messages")
            }
            if let asked = message.answers, !messages.contains(where: { $0.type == asked }) {
                fields.report("\(message.name) answers type \(asked), which is not in the list", at: "messages")
            }
        }
        guard let port else { return nil }
        self.init(
            port: port, headerBytes: size, header: header, largestBytes: largest,
            writeFlag: UInt64(max(0, fields.integer("write_flag") ?? 1)),
            retryResult: fields.integer("retry_result").map(Int64.init), messages: messages)
    }
}

extension KernelInterface.Header {
    fileprivate init?(_ fields: YAMLMapping, bytes: Int) {
        func field(_ key: String) -> KernelInterface.BitField? {
            fields.mapping(key, as: "a number in a header", keys: ["bit", "bits"]).flatMap { place in
                let bit = place.required("bit") { place.integer($0) }
                let bits = place.required("bits") { place.integer($0) }
                guard let bit, let bits else { return nil }
                guard bit >= 0, (1...64).contains(bits), bit + bits <= bytes * 8 else {
                    place.report("\(bits) bits from bit \(bit) on do not lie in a header of \(bytes) bytes", at: "")
                    return nil
                }
                return KernelInterface.BitField(bit: bit, bits: bits)
            }
        }
        let type = fields.required("type") { field($0) }
        let size = fields.required("size") { field($0) }
        let from = field("from")
        guard let type, let size else { return nil }
        self.init(from: from, type: type, size: size)
    }
}

extension KernelInterface.Message {
    static let keys = ["type", "name", "bytes", "role", "answers", "carries_page", "fields"]

    fileprivate init?(_ fields: YAMLMapping, headerBytes: Int, largest: Int) {
        let type = fields.required("type") { fields.integer($0) }
        let name = fields.required("name") { fields.text($0) }
        if let name, name.isEmpty || name.contains(where: { $0.isWhitespace || $0 == "=" }) {
            fields.report("'\(name)' is no name of a message: it is one word", at: "name")
        }
        let bytes = fields.integer("bytes")
        if let bytes, !(headerBytes...largest).contains(bytes) {
            fields.report("\(bytes) is no size of a message", at: "bytes")
        }
        let role = fields.value("role", oneOf: KernelInterface.MessageRole.self)
        let places = Self.places(fields, within: bytes ?? largest)
        for need in role?.needs ?? [] where places[need] == nil {
            fields.report("a message of this role needs the field '\(need.rawValue)'", at: "role")
        }
        guard let type, let name else { return nil }
        self.init(
            type: type, name: name, bytes: bytes, role: role, answers: fields.integer("answers"),
            carriesPage: fields.boolean("carries_page") ?? false, fields: places)
    }

    private static func places(
        _ fields: YAMLMapping, within bytes: Int
    ) -> [KernelInterface.MessageField: KernelInterface.Place] {
        let names = KernelInterface.MessageField.allCases.map(\.rawValue)
        guard let given = fields.mapping("fields", as: "fields of a message", keys: names) else { return [:] }
        return KernelInterface.MessageField.allCases.reduce(into: [:]) { result, field in
            guard let place = given.value(field.rawValue, parse: KernelInterface.Place.init(parsing:)) else { return }
            if place.end > bytes {
                given.report("the field ends after the message, which has \(bytes) bytes", at: field.rawValue)
            }
            result[field] = place
        }
    }
}

extension KernelInterface.Place {
    /// Reads `OFFSET+BYTES`.
    fileprivate init(parsing text: String) throws(InputError) {
        let parts = text.split(separator: "+", omittingEmptySubsequences: false)
        guard parts.count == 2, let offset = Int(digits: parts[0]), let bytes = Int(digits: parts[1]),
            [1, 2, 4, 8].contains(bytes), offset <= KernelInterface.Place.farthest
        else {
            throw InputError(
                .invalidValue,
                "'\(text)' is no place of a number: expected OFFSET+BYTES, of 1, 2, 4 or 8 bytes below "
                    + "\(KernelInterface.Place.farthest), such as 10+4")
        }
        self.init(offset: offset, bytes: bytes)
    }

    /// That much of each message is kept while a capture is read.
    private static let farthest = 1024
}

extension KernelInterface.Marker {
    static let keys = ["message", "event", "groups"]

    init?(_ fields: YAMLMapping) {
        let message = fields.required("message") { fields.value($0, MessagePattern.self) }
        let event = fields.required("event") { fields.value($0, oneOf: KernelInterface.MarkerEvent.self) }
        let names = KernelInterface.MessageField.allCases.map(\.rawValue)
        let groups = fields.required("groups") {
            fields.values($0) { (text) throws(InputError) in
                guard let field = KernelInterface.MessageField(rawValue: text) else {
                    throw InputError(
                        .invalidValue,
                        "'\(text)' is nothing that a message has" + NearestName.suggestion(for: text, among: names))
                }
                return field
            }
        }
        guard let message, let event, let groups else { return nil }
        if message.groupCount != groups.count {
            fields.report(
                "the pattern has \(message.groupCount) parentheses, and \(groups.count) are named", at: "groups")
        }
        for need in event.needs where !groups.contains(need) {
            fields.report("this event needs the group '\(need.rawValue)'", at: "groups")
        }
        self.init(message: message, event: event, groups: groups)
    }
}
