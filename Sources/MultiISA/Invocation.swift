import Support

/// What a command line in the manner of `cc` asks for.
package struct Invocation: Sendable, Equatable {
    /// What is to be made of the inputs.
    package enum Action: Sendable, Equatable {
        /// `-E`, and `-M` or `-MM`.
        case preprocess
        /// `-fsyntax-only`.
        case check
        /// `-S`: LLVM IR as text, the one assembly language that fits all ISAs.
        case assemble
        /// `-c`: an object file, which holds bitcode.
        case compile
        /// `-r`: one object of several.
        case merge
        /// The whole way to NAME_x86-64, NAME_aarch64 and NAME.
        case link
        /// A question about the compiler.
        case ask(Question)
    }

    /// What can be asked instead of compiling.
    package enum Question: Sendable, Equatable {
        /// `--help`.
        case help
        /// `--libc-table`.
        case libcTable
        /// clang has the answer: `--version`, `-v`, `-dumpmachine`.
        case frontEnd
        /// The linker has it: `-Wl,--version`.
        case linker(String)
        /// `-print-prog-name=NAME`.
        case program(String)
        /// `-print-file-name=NAME`.
        case file(String)
        /// Any other `-print-` option.
        case print(String)
    }

    /// Where migration checks go: `-fmigration-checks=`.
    ///
    /// `none` leaves only the program's own calls of `migrate` and `check_migrate`; `entry` adds the entry of each
    /// function that calls another or loops; `outer` adds loops, in chunks of 4096 iterations if they call nothing;
    /// `all` means every function and every iteration.
    package enum Checks: String, Sendable, CaseIterable {
        case none, entry, outer, all
    }

    /// A file, or an option whose place among the files matters.
    package enum Input: Sendable, Equatable {
        /// What `-x` said it is, or nothing: then its name says it.
        case source(String, language: String? = nil)
        /// Bitcode, or an archive of bitcode.
        case object(String)
        /// `-lNAME`; a name that begins with `:` is that of a file.
        case library(String)
        /// `-Wl,--whole-archive`: what follows is taken with all members, or again only as needed.
        case wholeArchives(Bool)
        /// `-Wl,--start-group`, or its end.
        case group(Bool)
    }

    /// What is to be done; without an option that says so, a program is linked.
    package var action = Action.link
    /// The files, libraries and marks between them, in the order of the command line.
    package var inputs: [Input] = []
    /// `-o`; `nil` for the name that `cc` would choose, such as `a.out` or `NAME.o`.
    package var output: String?
    /// Which functions and loops get migration checks.
    package var checks = Checks.outer
    /// `-O0` to `-O3`, `-Os`, `-Oz`; the last one counts.
    package var optimization = "-O2"
    /// Options that go to clang as they are.
    package var frontEnd: [String] = []
    /// The rules for make that are to be written, if any.
    package var dependencies = DependencyOptions()
    /// What the linker was asked for, the inputs apart.
    package var linker = LinkerOptions()
    /// `-L`, in order; they are searched before those of `LIBRARY_PATH`.
    package var libraryDirectories: [String] = []
    /// Whether the last `-g` option asks for debug information; `-g0` takes it back.
    package var debugInformation = false
    /// `-save-temps`: the module before and after the transformation is kept.
    var saveTemporaries = false
    /// `-v`: the commands are shown.
    var isVerbose = false
    /// `-###`: they are only shown.
    var isDryRun = false
    /// `-r` was given, whatever the action.
    var isMerge = false
    /// `-nostdlib` and the like, which only `-r` has a use for.
    var withoutLibc: [String] = []

    /// A link of nothing, with what holds when no option is given.
    package init() {}

    var sources: [(path: String, language: String?)] {
        inputs.compactMap { if case .source(let path, let language) = $0 { (path, language) } else { nil } }
    }
}
