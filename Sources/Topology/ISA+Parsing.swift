import ISA
import Support
import UserInput

extension ISA {
    /// `init(anyName:)` with an error that says what is accepted.
    package init(parsing text: String) throws(InputError) {
        guard let isa = ISA(anyName: text) else {
            let names = Self.acceptedNames.joined(separator: ", ")
            throw InputError(
                .invalidValue,
                "'\(text)' is not an ISA" + NearestName.suggestion(for: text, among: Self.acceptedNames)
                    + " (the accepted names are \(names))")
        }
        self = isa
    }
}
