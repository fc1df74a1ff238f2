/// What histories and pages call figures of a reference build that rode along.
package enum ReferenceFigure {
    private static let own = " (reference)"
    private static let ratio = " / reference"

    /// A figure as it was measured of the reference: `wall (reference)`.
    package static func own(_ name: String) -> String { name + own }

    /// A figure over the reference's, which has no unit: `wall / reference`.
    package static func ratio(_ name: String) -> String { name + ratio }

    /// Whether a name is one of these, which no other figure may have.
    package static func isTaken(_ name: String) -> Bool { name.hasSuffix(own) || name.hasSuffix(ratio) }

    /// The figure whose name, as measured of the reference, this is.
    package static func figure(ofOwn name: String) -> String? {
        name.hasSuffix(own) ? String(name.dropLast(own.count)) : nil
    }

    /// Whether this is the name of a ratio.
    package static func isRatio(_ name: String) -> Bool { name.hasSuffix(ratio) }
}
