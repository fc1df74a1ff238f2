import FoundationEssentials
import Support
import TestSupport

/// A page as a program sees it that did not make it: xmllint's parser of HTML.
struct PageReader {
    let scratch: Scratch
    private let file: String

    init(_ html: String) throws {
        scratch = try Scratch()
        file = try scratch.write(html, to: "page.html")
    }

    /// What an XPath expression gives. The parser is older than HTML 5, and complains of its elements.
    func find(_ path: String) async throws -> String {
        var command = HostCommand(
            "xmllint", ["--html", "--nowarning", "--xpath", path, file], package: "libxml2-utils")
        command.errors = .discarded
        let outcome = try await command.run()
        return String(outcome.text.trimmingSuffix { $0 == "\n" })
    }

    func count(_ path: String) async throws -> Int { Int(try await find("count(\(path))")) ?? -1 }

    /// The values of attributes, as they are after parsing.
    func values(_ attribute: String, of path: String = "//*") async throws -> [String] {
        let text = try await find("\(path)/@\(attribute)")
        return text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "\"", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 ? String(parts[1].dropLast()) : nil
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ isGone: (Character) -> Bool) -> Substring {
        var text = self[...]
        while let last = text.last, isGone(last) { text.removeLast() }
        return text
    }
}
