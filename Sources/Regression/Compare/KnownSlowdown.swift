import Glibc

/// A slowdown that a search has seen at its bad end, and looks for at the commits between.
///
/// By itself, *no slower* takes many boots to say of a commit where nothing has changed. Against a known effect it is easy: a
/// commit that is slower by less than half of it does not have it, one that is slower by more has.
struct KnownSlowdown: Sendable, Equatable {
    /// The figures that are slower there, by their names in a case.
    var figures: [String]
    /// Half of the least of their effects, on a log scale: 0.1 for 21 % in all.
    var minimumEffect: Double

    /// - Parameter caseID: the case of all figures.
    /// - Returns: `nil` if nothing is slower.
    init?(_ outcome: BuildComparison.Outcome, caseID: String) {
        let prefix = caseID + ": "
        let effects = outcome.slower.compactMap { name -> (name: String, log: Double)? in
            guard name.hasPrefix(prefix), let ratio = outcome.findings[name]?.comparison?.ratio else { return nil }
            return (String(name.dropFirst(prefix.count)), abs(log(ratio)))
        }
        guard let least = effects.map(\.log).min() else { return nil }
        figures = effects.map(\.name)
        minimumEffect = expm1(least / 2)
    }
}
