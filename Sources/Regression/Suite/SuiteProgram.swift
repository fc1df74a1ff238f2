/// A program of a suite, and where it comes from.
package struct SuiteProgram: Hashable, Sendable {
    /// Where it comes from. Paths are absolute.
    package enum Source: Hashable, Sendable {
        /// A program of `Images/programs`, by its folder and its name there.
        case shipped(folder: String, name: String)
        /// Built by popcorn-cc from C files.
        case sources([String], flags: [String])
        /// Built by a makefile in a directory, which is given `CC=popcorn-cc`; the file that it makes.
        case make(directory: String, target: String)
        /// Built already; without the ISA's suffix.
        case binary(String)
    }

    /// As the suite calls it.
    package var name: String
    /// Where it comes from.
    package var source: Source
    /// Variables that it gets, by name.
    package var environment: [String: String]

    /// Takes the values as they are.
    package init(name: String, source: Source, environment: [String: String] = [:]) {
        self.name = name
        self.source = source
        self.environment = environment
    }
}
