/// What a boot ran on, and what was under test there.
///
/// Figures may be compared only if the platforms are equal; what is under test may differ, and is why one compares.
package struct Fingerprint: Codable, Sendable, Equatable {
    /// What must be equal: `host.cpu`, `host.cpus`, `host.kernel`, `qemu`, and per node `accelerator.NODE`, `isa.NODE`,
    /// `vcpus.NODE`, `memory.NODE`.
    package var platform: [String: String]
    /// What is tested: `popcorn-lab`, `compiler`, `kernel.NODE`, `image.NODE`.
    package var subject: [String: String]

    /// Takes both as they are.
    package init(platform: [String: String], subject: [String: String]) {
        self.platform = platform
        self.subject = subject
    }

    /// The fields of the platform that differ, in order, each as `NAME: ours, not theirs`.
    package func differences(from other: Fingerprint) -> [String] {
        Set(platform.keys).union(other.platform.keys).sorted().compactMap { key in
            let (mine, theirs) = (platform[key], other.platform[key])
            return mine == theirs ? nil : "\(key): \(mine ?? "absent"), not \(theirs ?? "absent")"
        }
    }
}

/// A lab that was booted for a run, from its `up` to its end.
package struct Boot: Codable, Sendable, Equatable {
    /// Within the run: `pair-1`, the suite's name of the lab and a number.
    package var id: String
    /// The suite's name of the lab.
    package var lab: String
    /// When its `up` began, in seconds since 1970.
    package var started: Double
    /// How long it took until all its nodes were ready.
    package var seconds: Double
    /// What it ran on.
    package var fingerprint: Fingerprint
    /// Which reference build it is of; `nil` for the build under test.
    package var reference: String?

    /// Takes the values as they are.
    package init(
        id: String, lab: String, started: Double, seconds: Double, fingerprint: Fingerprint, reference: String? = nil
    ) {
        self.id = id
        self.lab = lab
        self.started = started
        self.seconds = seconds
        self.fingerprint = fingerprint
        self.reference = reference
    }
}
