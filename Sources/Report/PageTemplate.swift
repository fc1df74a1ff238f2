import Mustache
import Results

/// How `{{name}}` puts text into a page: no character of it is markup, or an order to who reads it.
///
/// The library's own escaping goes by characters, and takes a quotation mark with a combining accent for harmless.
private struct PageText: MustacheContentType {
    func escapeText(_ text: String) -> String { XMLText.escaped(text, keepsLines: true) }
}

/// A piece of a page. `{{name}}` is text; `{{{name}}}` is markup that another template made.
package struct PageTemplate {
    private let template: MustacheTemplate

    private static let contentType: String = {
        MustacheContentTypes.register(PageText(), named: "PAGE")
        return "PAGE"
    }()

    /// Reads a template.
    ///
    /// - Throws: `ReportError` with `.template`.
    package init(_ text: String) throws {
        do {
            template = try MustacheTemplate(string: "{{% CONTENT_TYPE:\(Self.contentType)}}\n" + text)
        } catch {
            throw ReportError(.template, "a template of the page cannot be read: \(error)")
        }
    }

    /// The piece, filled in.
    package func text(_ values: [String: Any]) -> String { template.render(values) }
}

extension Optional where Wrapped == String {
    /// For a section of a template, which `nil` and the empty text leave out.
    package var orNothing: Any { self.flatMap { $0.isEmpty ? nil : $0 } ?? false }
}
