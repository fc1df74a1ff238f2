import ArgumentParser
import FoundationEssentials
import Support

/// How a command prints its result.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    case table
    case json
}

/// Results go to stdout, and nothing else does.
enum Output {
    /// Text for people, whatever stdout is: what it holds of guests' words cannot give a terminal orders, nor a file's
    /// reader later.
    static func line(_ text: String) { bytes(Array((VisibleText.text(text, keepsLines: true) + "\n").utf8)) }

    static func table(_ table: Table) { bytes(Array((table.lines.joined(separator: "\n") + "\n").utf8)) }

    static func json(_ value: some Encodable) throws {
        try json(value, encoder)
    }

    /// How all JSON is written that people may read.
    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }

    static func json(_ value: some Encodable, _ encoder: JSONEncoder) throws {
        let text = String(decoding: try encoder.encode(value), as: UTF8.self)
        bytes(Array((VisibleText.json(text) + "\n").utf8))
    }

    /// A reader that went away (`popcorn-lab logs | head`) ends the program as it ends every Unix tool: SIGPIPE cancels it.
    static func bytes(_ bytes: [UInt8]) {
        do {
            try AtomicFile.writeAll(bytes, to: STDOUT_FILENO, name: "standard output")
        } catch let error as SystemError where error.errno == EPIPE {
            var action = sigaction()
            guard sigaction(SIGPIPE, nil, &action) == 0, !isIgnored(action) else { ProcessEnd.now(.failure) }
        } catch {
            ProcessEnd.now(.failure)
        }
    }
}

private func isIgnored(_ action: sigaction) -> Bool {
    unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
}

/// What is not a result: progress, warnings, errors.
enum Notice {
    /// Text for people; see `Output.line`.
    static func line(_ text: String) { raw(VisibleText.text(text, keepsLines: true) + "\n") }

    /// Text of our own making.
    static func raw(_ text: String) { bytes(Array(text.utf8)) }

    static func bytes(_ bytes: [UInt8]) { _ = write(STDERR_FILENO, bytes, bytes.count) }

    static func warning(_ text: String) { line("popcorn-lab: warning: \(text)") }

    static func error(_ error: any Error) { line("popcorn-lab: error: \(error)") }
}
