import Support

/// What a command line in the manner of `cc` asks for.
public struct Invocation: Sendable, Equatable {
    public enum Action: Sendable, Equatable {
        /// `-E`, `-M`, `-MM`: clang alone does it.
        case preprocess
        /// `-S`: LLVM IR as text, the one assembly language that fits all ISAs.
        case assemble
        /// `-c`: an object file, which holds bitcode.
        case compile
        /// The whole way to NAME_x86-64, NAME_aarch64 and NAME.
        case link
        /// `--version` and other questions about the compiler.
        case ask
    }

    /// Where migration checks go: `-fmigration-checks=`.
    public enum Checks: String, Sendable, CaseIterable {
        case none, entry, outer, all
    }

    public enum Input: Sendable, Equatable {
        case source(String)
        /// Bitcode, or an archive of bitcode.
        case object(String)
        /// `-lNAME`.
        case library(String)
    }

    public var action = Action.link
    public var inputs: [Input] = []
    public var output: String?
    public var checks = Checks.outer
    /// `-O0` to `-O3`, `-Os`, `-Oz`; the last one counts.
    public var optimization = "-O2"
    /// Options that go to clang as they are.
    public var frontEnd: [String] = []
    public var libraryDirectories: [String] = []
    public var debugInformation = false
    /// `-save-temps`: the module before and after the transformation stays beside the output.
    public var saveTemporaries = false
    public var isVerbose = false
    public var warnings: [String] = []

    public init() {}
}
