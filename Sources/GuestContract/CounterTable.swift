/// What the message layer of one kernel has counted since its counters were last reset: `/proc/popcorn_stat`.
package struct CounterTable: Codable, Sendable, Equatable {
    /// The messages of one type.
    package struct MessageCount: Codable, Sendable, Equatable {
        /// The type's number on the wire.
        package var id: Int
        /// Messages that this kernel has sent.
        package var sent: UInt64
        /// Bytes of their payload.
        package var sentBytes: UInt64
        /// Messages that this kernel has received.
        package var received: UInt64
        /// Bytes of their payload.
        package var receivedBytes: UInt64

        /// Takes all values as they are.
        package init(id: Int, sent: UInt64, sentBytes: UInt64, received: UInt64, receivedBytes: UInt64) {
            self.id = id
            self.sent = sent
            self.sentBytes = sentBytes
            self.received = received
            self.receivedBytes = receivedBytes
        }
    }

    /// The counters of all messages together, such as `sent_bytes`, by the kernel's name of each.
    package var values: [String: UInt64]
    /// The types that have occurred, by name, such as `PAGE_REQUEST`.
    package var types: [String: MessageCount]

    /// Takes counters as they are.
    package init(values: [String: UInt64] = [:], types: [String: MessageCount] = [:]) {
        self.values = values
        self.types = types
    }

    /// - Parameter text: lines `NAME VALUE` and `type ID NAME sent MESSAGES BYTES received MESSAGES BYTES`; others are passed
    ///   over.
    init(parsing text: String) {
        self.init()
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, let value = UInt64(words[1]) {
                values[String(words[0])] = value
            } else if words.count == 9, words[0] == "type", words[3] == "sent", words[6] == "received",
                let id = Int(words[1]), let sent = UInt64(words[4]), let sentBytes = UInt64(words[5]),
                let received = UInt64(words[7]), let receivedBytes = UInt64(words[8])
            {
                types[String(words[2])] = MessageCount(
                    id: id, sent: sent, sentBytes: sentBytes, received: received, receivedBytes: receivedBytes)
            }
        }
    }
}
