import ISA
import Support

extension ISA {
    /// `init(anyName:)` with an error that says what is accepted.
    public init(parsing text: String) throws(TopologyError) {
        guard let isa = ISA(anyName: text) else {
            let names = Self.acceptedNames.joined(separator: ", ")
            throw TopologyError(
                .invalidValue,
                "'\(text)' is not an ISA" + NearestName.suggestion(for: text, among: Self.acceptedNames)
                    + " (the accepted names are \(names))")
        }
        self = isa
    }
}
