/// The tools that make code for one ISA on a host of this or another ISA, by Debian's names for them.
package struct CrossTools: Sendable {
    /// What stands before the name of a binutil: `aarch64-linux-gnu-`, or nothing if the host runs the ISA itself.
    package let prefix: String
    /// The Debian package that has the C compiler.
    package let gccPackage: String

    /// The C compiler.
    package var gcc: String { prefix + "gcc" }

    /// - Parameter host: the ISA of the host; `nil` for one that is none of ours.
    package init(for isa: ISA, host: ISA?) {
        let isNative = isa == host
        prefix = isNative ? "" : isa.gnuTriplet + "-"
        gccPackage = isNative ? "gcc" : "gcc-" + isa.gnuTriplet.replacing("_", with: "-")
    }
}
