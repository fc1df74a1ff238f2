/// The version of popcorn-lab, as `--version` prints it and manifests record it.
package enum Version {
    /// The version as `MAJOR.MINOR.PATCH`.
    package static let current = "0.1.0"
}
