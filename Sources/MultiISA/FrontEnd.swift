import FoundationEssentials
import ISA
import Support

/// Runs clang once per source file, for all ISAs.
///
/// C is compiled for x86-64 with musl's headers; what that leaves in the IR is either the same on every ISA (sizes, layouts,
/// structs by value) or lowered or refused by our passes.
struct FrontEnd: Sendable {
    let sysroot: Sysroot
    let runtime: RuntimeSources

    /// The arguments that every compilation of a program's source gets.
    var arguments: [String] {
        [
            "--target=\(ISA.x86_64.muslTriplet)", "-nostdlibinc", "-isystem", runtime.include, "-isystem",
            sysroot.headers(.x86_64), "-fno-pic", "-fno-pie", "-fsigned-char", "-mlong-double-64", "-ffp-contract=off",
            "-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-fcf-protection=none", "-D__popcorn__=1",
            "-Qunused-arguments", "-Wno-ignored-optimization-argument", "-Wno-error=unknown-warning-option",
        ]
    }

    /// Compiles one source to bitcode that no optimisation has touched, so that refusals see what was written.
    ///
    /// Returns false if clang reported errors.
    func compile(
        _ source: (path: String, language: String?), to output: String, _ invocation: Invocation,
        asText: Bool = false, work: WorkDirectory
    ) async throws -> Bool {
        // gcc takes what concerns preprocessed text without -E too.
        let options = invocation.frontEnd.filter { !["-C", "-CC"].contains($0) }
        var all = arguments + Self.leniency(options) + [invocation.optimization] + options
        // Tracks source lines for our messages without emitting debug information.
        if !invocation.debugInformation { all.append("-Rpass=^$") }
        if Self.isModule(source) { all = ["--target=\(ISA.x86_64.muslTriplet)"] }
        all += ["-Xclang", "-disable-llvm-passes", "-emit-llvm", asText ? "-S" : "-c", "-o", output]
        return try await withDependencies(of: source, all, invocation, work)
    }

    /// `-E`, with `-M` and `-MM`: what clang writes becomes the output.
    func preprocess(_ invocation: Invocation, work: WorkDirectory) async throws -> Bool {
        let common = arguments + Self.leniency(invocation.frontEnd) + invocation.frontEnd
        var isGood = true
        for source in invocation.sources {
            if invocation.dependencies.isWholeOutput {
                isGood = try await withDependencies(of: source, common, invocation, work) && isGood
            } else if let output = invocation.output, output != "-" {
                let text = work.file("preprocessed")
                isGood =
                    try await withDependencies(of: source, common + ["-E", "-o", text], invocation, work) && isGood
                if isGood { try copy(text, to: output, invocation) }
            } else {
                isGood = try await withDependencies(of: source, common + ["-E"], invocation, work) && isGood
            }
        }
        return isGood
    }

    /// `-fsyntax-only`.
    func check(_ invocation: Invocation, work: WorkDirectory) async throws -> Bool {
        var isGood = true
        for source in invocation.sources {
            let all = arguments + Self.leniency(invocation.frontEnd) + invocation.frontEnd + ["-fsyntax-only"]
            isGood = try await withDependencies(of: source, all, invocation, work) && isGood
        }
        return isGood
    }

    /// Runs clang, and writes the rules for make if they are asked for. clang writes all that it writes to files of our own:
    /// it would replace a symbolic link such as /dev/stdout.
    private func withDependencies(
        of source: (path: String, language: String?), _ arguments: [String], _ invocation: Invocation,
        _ work: WorkDirectory
    ) async throws -> Bool {
        let rules = work.file("rules"), options = invocation.dependencies
        let extra = options.arguments(for: source.path, invocation, writing: rules)
        let isGood = try await run(arguments + extra, source, invocation, work)
        guard isGood && options.mode != nil else { return isGood }
        let whole = options.isWholeOutput ? options.file ?? invocation.output ?? "-" : nil
        try copy(rules, to: whole ?? options.file(of: source.path, invocation), invocation)
        return true
    }

    private func copy(_ file: String, to output: String, _ invocation: Invocation) throws {
        guard !invocation.isDryRun else { return }
        try OutputFile.write(try AtomicFile.contents(of: file), to: output.asOutput)
    }

    private func run(
        _ options: [String], _ source: (path: String, language: String?), _ invocation: Invocation,
        _ work: WorkDirectory
    ) async throws -> Bool {
        let arguments = options + Self.colour(invocation.frontEnd) + Self.named(source)
        if invocation.isVerbose { Messages.show(.clang, arguments) }
        if invocation.isDryRun { return true }
        let (isGood, messages) = try await Tool.clang.runQuietly(arguments)
        if !isGood, Self.isLenient(invocation.frontEnd),
            let implicit = ImplicitDeclarations(messages: messages, source: source.path)
        {
            let again = try await Tool.clang.runQuietly(arguments + (try implicit.arguments(work)))
            if again.isGood {
                let isQuiet = invocation.frontEnd.contains("-w")
                Messages.write((isQuiet ? "" : implicit.warnings) + again.messages, to: STDERR_FILENO)
                return true
            }
        }
        Messages.write(messages, to: STDERR_FILENO)
        return isGood
    }

    /// clang's messages pass through our hands, but are as colourful as on a terminal of its own.
    private static func colour(_ options: [String]) -> [String] {
        let isSaid = options.contains { $0.contains("color-diagnostics") || $0.hasPrefix("-fdiagnostics-color") }
        return !isSaid && isatty(STDERR_FILENO) == 1 ? ["-fcolor-diagnostics"] : []
    }

    /// What is an error for clang and a warning for gcc 12 is a warning, unless gcc would make an error of it too.
    static func leniency(_ options: [String]) -> [String] {
        if isLenient(options) {
            return [
                "implicit-function-declaration", "implicit-int", "int-conversion",
                "incompatible-function-pointer-types", "return-mismatch",
            ].map { "-Wno-error=\($0)" }
        }
        return isPedantic(options) ? [] : ownWarnings(options).map { "-Wno-error=\($0)" } + ["-Werror=return-mismatch"]
    }

    private static func isPedantic(_ options: [String]) -> Bool {
        options.contains("-pedantic-errors") || options.contains("-Werror=pedantic")
    }

    private static func isLenient(_ options: [String]) -> Bool {
        if options.contains("-w") { return true }
        return !isPedantic(options) && options.last { ["-Werror", "-Wno-error"].contains($0) } != "-Werror"
    }

    /// What clang warns of unasked and gcc 12 when asked: `-Werror` is not meant for it.
    private static func ownWarnings(_ options: [String]) -> [String] {
        let isStrict = options.contains { ["-pedantic", "-Wpedantic"].contains($0) }
        let isThorough = options.contains("-Wall")
        return (isStrict ? [] : ["c23-extensions", "gnu-designator", "gnu-variable-sized-type-not-at-end"])
            + (isThorough
                ? []
                : [
                    "format", "return-type", "main", "main-return-type", "duplicate-decl-specifier",
                    "tautological-pointer-compare", "invalid-source-encoding", "unused-value",
                ])
    }

    private static func isModule(_ source: (path: String, language: String?)) -> Bool {
        guard let language = source.language else {
            return source.path.hasSuffix(".bc") || source.path.hasSuffix(".ll")
        }
        return language == "ir"
    }

    /// A source as clang must be told of it: a name that does not say so is that of C.
    private static func named(_ source: (path: String, language: String?)) -> [String] {
        if let language = source.language { return ["-x", language, source.path] }
        let speaking = [".c", ".i", ".bc", ".ll"].contains { source.path.hasSuffix($0) }
        return speaking ? ["-x", "none", source.path] : ["-x", "c", source.path]
    }
}

extension String {
    /// The path of an output, for which `-` is standard output.
    var asOutput: String { self == "-" ? "/dev/stdout" : self }
}
