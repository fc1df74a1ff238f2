import ArgumentParser
import Guest
import Lab
import Support

/// `popcorn-lab build`: C sources to a program for both ISAs.
struct BuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Compile C sources to a program whose threads can move between the ISAs.",
        discussion: """
              popcorn-lab build hello.c -o hello && popcorn-lab run ./hello
              popcorn-lab build main.c list.c -o sort -- -O2 -g -lm

            This runs popcorn-cc, which is found beside popcorn-lab or in PATH, and ends with its exit code. It writes \
            NAME_x86-64, NAME_aarch64, and NAME, the one for this host. For a makefile, `CC=popcorn-cc make`, or \
            `popcorn-lab sdk`.
            """)

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The program's path without the ISA's suffix (default: the first file's name without its ending).",
            valueName: "name"))
    var output: String?

    @Argument(
        parsing: .allUnrecognized,
        help: ArgumentHelp(
            "Sources (.c), objects (.o) and archives (.a), then options for the compiler, as for cc, after --.",
            valueName: "file"),
        completion: .file(extensions: ["c", "o", "a"]))
    var words: [String]

    func run() async throws {
        let environment = try GlobalOptions.environment()
        let compiler = try Compiler.locate(environment: environment.variables, executable: GlobalOptions.executable)
        throw ProgramReplacement(
            path: compiler.path, arguments: ["-o", try name] + words.filter { $0 != "--" },
            additions: compiler.variables(share: environment.share))
    }

    private var name: String {
        get throws {
            if let output { return output }
            guard let first = words.first(where: { !$0.hasPrefix("-") }) else {
                throw ValidationError("Name a source: popcorn-lab build hello.c -o hello")
            }
            let last = first.split(separator: "/").last.map(String.init) ?? first
            guard let dot = last.lastIndex(of: "."), dot != last.startIndex else {
                throw ValidationError("Name the program: -o NAME.")
            }
            return String(last[..<dot])
        }
    }
}

/// `popcorn-lab sdk`: what makefiles need to know.
struct SDKCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sdk", abstract: "Print the path of the makefile that programs include, or of the compiler.",
        discussion: """
            A makefile in the manner of Popcorn's examples:

              BIN  = hello
              SRC  = hello.c
              LIBS = -lm
              include $(shell popcorn-lab sdk)

            It builds hello_x86-64, hello_aarch64 and hello. popcorn-cc need not be in PATH. If popcorn-lab is not either, \
            set POPCORN_LAB to its path and include $(shell $(POPCORN_LAB) sdk). Paths with blanks or quotes are printed as \
            make's include and a recipe's shell want them.
            """)

    @Flag(help: "Print the path of popcorn-cc instead: beside popcorn-lab, else in PATH.")
    var compiler = false

    func run() async throws {
        let environment = try GlobalOptions.environment()
        guard compiler else { return Output.line(MakeWord.included(environment.share.sharedMakefile)) }
        let compiler = try Compiler.locate(environment: environment.variables, executable: GlobalOptions.executable)
        Output.line(ShellWord.quote(compiler.path))
    }
}
