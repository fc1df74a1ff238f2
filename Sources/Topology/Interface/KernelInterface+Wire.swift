extension KernelInterface {
    /// What its messages look like on the wire: enough to find them in a capture.
    package struct Transport: Codable, Sendable, Hashable {
        /// On which every node listens.
        package var port: Int
        /// Bytes in front of each message.
        package var headerBytes: Int
        /// Where the header has what; `nil` if that is not known.
        package var header: Header?
        /// The bytes of the largest message, with its header.
        package var largestBytes: Int
        /// Of the `flags` of a request for a page: the bit that says that a thread wants to write.
        package var writeFlag: UInt64
        /// The `result` of an answer that does not give the page, so that the thread asks again.
        package var retryResult: Int64?
        /// All types of messages.
        package var messages: [Message]
    }

    /// Where a header has what.
    package struct Header: Codable, Sendable, Hashable {
        /// The sender's node id, if it is there.
        package var from: BitField?
        /// The number of the message's type.
        package var type: BitField
        /// How long the message is, in bytes, with its header.
        package var size: BitField
    }

    /// A number in a header, whose bytes are in little-endian order.
    package struct BitField: Codable, Sendable, Hashable {
        /// Its lowest bit; bit 0 is the lowest of the first byte.
        package var bit: Int
        /// How many bits it has, at most 64.
        package var bits: Int
    }

    /// A number in a message, in little-endian order.
    package struct Place: Codable, Sendable, Hashable {
        /// Of its first byte, from the header's first on.
        package var offset: Int
        /// How many it has: 1, 2, 4 or 8.
        package var bytes: Int

        /// How far a message must be known to read it.
        package var end: Int { offset + bytes }
    }

    /// A type of messages.
    package struct Message: Codable, Sendable, Hashable {
        /// The type's number.
        package var type: Int
        /// What it is called.
        package var name: String
        /// How long each of them is, with its header; `nil` if they differ.
        package var bytes: Int?
        /// What it does to a thread or a page, if it is one of those that do.
        package var role: MessageRole?
        /// The type that it answers, if it is an answer.
        package var answers: Int?
        /// Whether there is a page in it.
        package var carriesPage: Bool
        /// What is known of its content.
        package var fields: [MessageField: Place]
    }

    /// What a message does; the raw values are its names in interface files.
    package enum MessageRole: String, CaseIterable, Codable, Sendable {
        /// A thread leaves its origin.
        case hopOut = "hop_out"
        /// A thread goes back to its origin.
        case hopBack = "hop_back"
        /// A node that a thread has come to tells its origin who runs it there.
        case pairing
        /// A thread asks for a page, or for the right to write to it.
        case pageRequest = "page_request"
        /// The answer to that.
        case pageAnswer = "page_answer"

        /// The fields without which such a message says nothing.
        var needs: [MessageField] {
            switch self {
            case .hopOut: [.process, .thread]
            case .hopBack: [.thread]
            case .pairing: [.local, .thread]
            case .pageRequest: [.local, .address]
            case .pageAnswer: [.local]
            }
        }
    }

    /// What numbers in messages mean; the raw values are their names in interface files.
    package enum MessageField: String, CaseIterable, Codable, Sendable, CodingKeyRepresentable {
        /// The process, by its id at its origin.
        case process
        /// The thread, by its id at its origin.
        case thread
        /// The thread that asks, or that came, by its id where it is; in an answer, that of who had asked.
        case local
        /// The thread whose memory is meant, by its id on the node that is asked.
        case peer
        /// By which an answer is known to belong to its request.
        case call
        /// Of the page, or within it.
        case address
        /// Bits; see `Transport.writeFlag`.
        case flags
        /// See `Transport.retryResult`.
        case result
    }

    /// A line of the kernel's log that says where a thread is.
    package struct Marker: Codable, Sendable, Hashable {
        /// What it looks like; its parentheses are `groups`.
        package var message: MessagePattern
        /// What has happened.
        package var event: MarkerEvent
        /// What each pair of parentheses is.
        package var groups: [MessageField]
    }

    /// What a line of the log says; the raw values are its names in interface files.
    package enum MarkerEvent: String, CaseIterable, Codable, Sendable {
        /// A thread is about to leave the node, which is its origin.
        case leaves
        /// A thread that has come goes on in user space.
        case arrived
        /// A thread that was away goes on at its origin.
        case returned
        /// A thread has ended.
        case exited

        var needs: [MessageField] {
            switch self {
            case .leaves, .returned: [.thread]
            case .arrived: [.local, .thread]
            case .exited: [.local]
            }
        }
    }

    /// Where the traces of such kernels come from.
    package enum Tracing: Sendable {
        /// From the events of `popcorn.ko`, by tracefs.
        case events
        /// From what goes over the wire, and the log.
        case capture
        /// From nowhere.
        case none
    }

    /// Where the traces of such kernels come from.
    package var tracing: Tracing {
        if unavailable[.trace] != nil { return .none }
        return transport.header != nil && !transport.messages.isEmpty ? .capture : .events
    }
}
