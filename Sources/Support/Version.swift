/// The version of popcorn-lab, as `--version` prints it and manifests record it.
package enum Version {
    package static let current = "0.1.0"
}
