import UserInput

/// An amount of guest memory, in whole MiB.
package struct MemorySize: TextValue, Comparable {
    var mebibytes: Int

    /// Takes a number of MiB as it is; `LabSpec.validate(hostCPUs:)` knows what a guest may have.
    package init(mebibytes: Int) { self.mebibytes = mebibytes }

    /// A whole number, alone for MiB or with one of the units M, MB, MiB, G, GB, GiB in any case.
    ///
    /// All units count in powers of two, as QEMU's and libvirt's short units do.
    package init(parsing text: String) throws(InputError) {
        let number = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(number.count).drop { $0 == " " }.lowercased()
        let factor: Int? =
            switch unit {
            case "", "m", "mb", "mib": 1
            case "g", "gb", "gib": 1024
            default: nil
            }
        guard let factor, let count = Int(digits: number) else {
            throw InputError(
                .invalidValue,
                "'\(text)' is not an amount of memory; expected a whole number of MiB, or one with a unit, "
                    + "such as 512, 512MiB, 512M, 1GiB or 1G")
        }
        let (mebibytes, overflow) = count.multipliedReportingOverflow(by: factor)
        guard !overflow else { throw InputError(.invalidValue, "'\(text)' is more memory than any machine has") }
        self.mebibytes = mebibytes
    }

    package var description: String {
        mebibytes >= 1024 && mebibytes.isMultiple(of: 1024) ? "\(mebibytes / 1024)GiB" : "\(mebibytes)MiB"
    }

    package static func < (left: MemorySize, right: MemorySize) -> Bool { left.mebibytes < right.mebibytes }
}
