import Results
import Support

extension SuiteCase {
    /// The case as results know it.
    ///
    /// - Parameter seed: the run's.
    package func plan(seed: UInt32) -> PlannedCase {
        var axes = point.values
        axes["group"] = group
        axes["repetition"] = "\(repetition)"
        return PlannedCase(id: id, axes: axes, tags: tags, seed: Self.seed(run: seed, id: id))
    }

    /// The same case of the same run has the same chance, whichever others run beside it.
    private static func seed(run: UInt32, id: String) -> UInt32 {
        let digest = SHA256.hex(of: Array("\(run) \(id)".utf8))
        return UInt32(digest.prefix(8), radix: 16) ?? 0
    }
}
