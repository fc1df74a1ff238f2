import Support

/// Why a figure could not be measured.
struct BenchError: ActionableError {
    var summary: String
    var details: [String] = []
    var hint: String?

    init(_ summary: String, details: [String] = [], hint: String? = nil) {
        self.summary = summary
        self.details = details
        self.hint = hint
    }
}
