import FoundationEssentials
import HTTPTypes
import Hummingbird
import Report
import Support
import SystemPackage

/// What a request gets, before it becomes a response.
enum Answer: Sendable {
    /// A page of ours.
    case page(String, status: HTTPResponse.Status = .ok, policy: Policy = .plain)
    /// A file of a run, from `start` on.
    case file(OpenFile, from: Int64 = 0, type: FileType)
    /// Another address of ours.
    case elsewhere(String)

    /// What the browser may do with a page.
    enum Policy: Sendable {
        /// Show it.
        case plain
        /// And run the report's script.
        case report
        /// And run the script that hands a trace over.
        case trace

        var text: String {
            let content =
                switch self {
                case .plain:
                    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'"
                case .report: ReportPage.policy
                case .trace:
                    "default-src 'none'; style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                        + "script-src " + ReportPage.allowing(script: TracePage.script)
                }
            return content + "; frame-ancestors 'none'"
        }
    }

    /// What a file is sent as. None of it is ever taken for a page.
    enum FileType: Sendable {
        case text
        /// Only to be stored; text that has a NUL is no text.
        case bytes
        /// For Perfetto.
        case trace

        var name: String {
            switch self {
            case .text: "text/plain; charset=utf-8"
            case .bytes: "application/octet-stream"
            case .trace: "application/json"
            }
        }
    }
}

extension Response {
    /// - Parameter isAlive: whether the page is to be asked for again by itself.
    init(_ answer: Answer, isAlive: Bool = false) {
        switch answer {
        case .page(let html, let status, let policy):
            self.init(status: status, body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
            headers[.contentType] = "text/html; charset=utf-8"
            headers[.contentSecurityPolicy] = policy.text
            if isAlive, let refresh = HTTPField.Name("Refresh") { headers[refresh] = "10" }
        case .file(let file, let start, let type):
            self.init(status: .ok, body: ResponseBody(file, from: start))
            headers[.contentType] = type.name
            if case .text = type {} else { headers[.contentDisposition] = "attachment" }
        case .elsewhere(let location):
            self.init(status: .seeOther)
            headers[.location] = location
        }
        secure()
    }

    /// A sentence for who may not see more.
    init(refusing status: HTTPResponse.Status, _ text: String) {
        self.init(status: status, body: ResponseBody(byteBuffer: ByteBuffer(string: text + "\n")))
        headers[.contentType] = "text/plain; charset=utf-8"
        if status == .methodNotAllowed { headers[.allow] = "GET, HEAD" }
        secure()
    }

    /// What all answers have.
    private mutating func secure() {
        if headers[.contentSecurityPolicy] == nil {
            headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'; sandbox"
        }
        headers[.xContentTypeOptions] = "nosniff"
        headers[.cacheControl] = "no-store"
        for (name, value) in [
            ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ] {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
    }
}

extension ResponseBody {
    /// Piece by piece: a file may be longer than memory. What is added to it meanwhile is not sent.
    fileprivate init(_ file: OpenFile, from start: Int64) {
        let length = max(0, file.size - start)
        self.init(contentLength: Int(length)) { writer in
            var place = start
            while place < start + length {
                let (offset, count) = (place, Int(min(1 << 18, start + length - place)))
                let piece = try await Blocking.run { try file.descriptor.piece(upTo: count, at: offset) }
                // It was cut off: the connection ends before all that was promised.
                guard !piece.isEmpty else { throw SystemError("read a file", errno: EIO) }
                try await writer.write(ByteBuffer(bytes: piece))
                place += Int64(piece.count)
            }
            try await writer.finish(nil)
        }
    }
}
