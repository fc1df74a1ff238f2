import CLibarchive
import FoundationEssentials
import Support
import Testing

@testable import Trace

/// The content of a gzip file.
func decompressed(_ bytes: [UInt8]) throws -> [UInt8] {
    let handle = try #require(archive_read_new())
    defer { archive_read_free(handle) }
    archive_read_support_filter_gzip(handle)
    archive_read_support_format_raw(handle)
    var entry: OpaquePointer?
    var result: [UInt8] = []
    try bytes.withUnsafeBytes { input in
        try #require(archive_read_open_memory(handle, input.baseAddress, input.count) == ARCHIVE_OK)
        try #require(archive_read_next_header(handle, &entry) == ARCHIVE_OK)
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = archive_read_data(handle, &piece, piece.count)
            try #require(count >= 0)
            guard count > 0 else { return }
            result += piece.prefix(count)
        }
    }
    return result
}

func jsonLine(_ value: some Encodable) throws -> String {
    String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
}

/// Decodes JSON of any shape, so that tests see what a viewer would.
indirect enum AnyJSON: Decodable, Equatable {
    case null, flag(Bool), number(Double), text(String), list([AnyJSON]), object([String: AnyJSON])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([AnyJSON].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: AnyJSON].self))
        }
    }

    subscript(key: String) -> AnyJSON? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    var text: String? { if case .text(let text) = self { text } else { nil } }
    var number: Double? { if case .number(let number) = self { number } else { nil } }
    var list: [AnyJSON]? { if case .list(let list) = self { list } else { nil } }
}
