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
    static func line(_ text: String) { bytes(Array("\(text)\n".utf8)) }

    static func table(_ table: Table) { bytes(Array((table.lines.joined(separator: "\n") + "\n").utf8)) }

    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        bytes([UInt8](try encoder.encode(value)) + [UInt8(ascii: "\n")])
    }

    /// A reader that went away (`popcorn-lab logs | head`) ends the program as it ends every Unix tool.
    static func bytes(_ bytes: [UInt8]) {
        do {
            try AtomicFile.writeAll(bytes, to: STDOUT_FILENO, name: "standard output")
        } catch {
            exit(ExitStatus.failure.rawValue)
        }
    }
}

/// What is not a result: progress, warnings, errors.
enum Notice {
    static func line(_ text: String) { raw("\(text)\n") }

    static func raw(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }

    static func warning(_ text: String) { line("popcorn-lab: warning: \(text)") }

    static func error(_ error: any Error) { line("popcorn-lab: error: \(error)") }
}
