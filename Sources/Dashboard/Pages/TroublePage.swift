import Report
import Support

/// A page that says why there is no other.
struct TroublePage {
    var title: String
    var summary: String
    var details: [String] = []
    var hint: String?

    init(title: String, summary: String, details: [String] = [], hint: String? = nil) {
        (self.title, self.summary, self.details, self.hint) = (title, summary, details, hint)
    }

    init(title: String, _ error: any Error) {
        let known = error as? any ActionableError
        self.init(title: title, summary: error.sentence, details: known?.details ?? [], hint: known?.hint)
    }

    /// The words in a frame of their own, for a page that shows other things besides; markup.
    func notice() throws -> String {
        try PageTemplate(Self.template).text([
            "summary": summary, "details": Optional(details.joined(separator: "\n")).orNothing, "hint": hint.orNothing,
        ])
    }

    func html() throws -> String { try PageFrame(title: title, body: try notice()).html() }

    private static let template = #"""
        <div class="trouble" role="alert">
        <p>{{summary}}</p>
        {{#details}}<pre>{{.}}</pre>{{/details}}
        {{#hint}}<p class="note">{{.}}</p>{{/hint}}
        </div>
        """#
}
