import Support

/// What `-Wl,`, `-Xlinker` and the driver's own options ask of the linker.
package struct LinkerOptions: Sendable, Equatable {
    /// `-u SYMBOL`: taken out of archives although nothing mentions it.
    package var needed: [String] = []
    /// `--wrap SYMBOL`.
    package var wrapped: [String] = []
    /// `-Map FILE`; `-` is standard output.
    package var map: String?
    /// Of two definitions, the first counts.
    var allowsMultipleDefinitions = false
    /// Whether archives are taken whole at this point, and what `--push-state` has put aside.
    var takesWhole = false, pushed: [Bool] = []

    init() {}

    /// An option by its name, the number of dashes apart, and what becomes of it.
    private enum Meaning {
        case ignored, ignoredWithValue, keyword
        case needed, wrapped, map, multiple, library, directory, output
        case wholeArchives(Bool), group(Bool), merge
        case push, pop
        case question
        case refused(String)
    }

    /// Takes one argument of the linker, or two.
    static func take(_ argument: String, _ rest: inout ArraySlice<String>, into invocation: inout Invocation) throws {
        guard argument.hasPrefix("-") else {
            return invocation.inputs.append(
                argument == "(" || argument == ")" ? .group(argument == "(") : .object(argument))
        }
        let (name, joined) = split(argument)
        guard let meaning = meaning(of: name) else {
            throw CompilerError(
                .usage, "\(argument): an option of the linker that popcorn-cc does not know",
                hint: "the binaries are linked statically by lld, by a script of popcorn-cc's own")
        }
        func value() throws -> String {
            if let joined { return joined }
            guard let next = rest.popFirst() else {
                throw CompilerError(.usage, "\(argument): what follows is missing")
            }
            return next
        }
        switch meaning {
        case .ignored: break
        case .ignoredWithValue: _ = try value()
        case .needed: invocation.linker.needed.append(try value())
        case .wrapped: invocation.linker.wrapped.append(try value())
        case .map: invocation.linker.map = try value()
        case .keyword: if try value() == "muldefs" { invocation.linker.allowsMultipleDefinitions = true }
        case .multiple: invocation.linker.allowsMultipleDefinitions = true
        case .library: invocation.inputs.append(.library(try value()))
        case .directory: invocation.libraryDirectories.append(try value())
        case .output: invocation.output = try value()
        case .wholeArchives(let begins): invocation.takeWhole(begins)
        case .push: invocation.linker.pushed.append(invocation.linker.takesWhole)
        case .pop: invocation.takeWhole(invocation.linker.pushed.popLast() ?? false)
        case .group(let begins): invocation.inputs.append(.group(begins))
        case .merge: invocation.isMerge = true
        case .question: invocation.action = .ask(.linker(argument))
        case .refused(let reason): throw CompilerError(.usage, "\(argument): \(reason)")
        }
    }

    /// `--name=value`, and `-lNAME`, `-LDIR`, `-uSYMBOL`, `-zKEYWORD`.
    private static func split(_ argument: String) -> (name: String, value: String?) {
        let isLong = argument.hasPrefix("--")
        let text = argument.drop { $0 == "-" }
        if !isLong, let first = text.first, "lLuzOTRyIhfFmA".contains(first), text.count > 1,
            !named.contains(where: { text == $0 || text.hasPrefix($0 + "=") })
        {
            return (String(first), String(text.dropFirst()))
        }
        guard let equals = text.firstIndex(of: "=") else { return (String(text), nil) }
        return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }

    /// Long options that GNU's linker takes with one dash too, and that begin with the letter of a short one.
    private static let named: Set<String> = [
        "image-base", "undefined", "require-defined", "library", "library-path", "relax", "fini", "init", "filter",
        "auxiliary", "fatal-warnings", "error-limit", "hash-style", "help", "Map", "Map-file", "mllvm", "flto", "Tbss",
        "Tdata", "Ttext", "Ttext-segment", "lto-O2", "undefined-version", "fix-cortex-a53-835769",
        "fix-cortex-a53-843419", "force-exe-suffix", "Ur", "um",
    ]

    private static let layout = "the binaries are laid out by a script of popcorn-cc's own"
    private static let isStatic = "programs that move are linked statically"

    private static func meaning(of name: String) -> Meaning? {
        switch name {
        case "u", "undefined", "require-defined": .needed
        case "wrap": .wrapped
        case "Map": .map
        case "allow-multiple-definition": .multiple
        case "l", "library": .library
        case "L", "library-path": .directory
        case "o", "output": .output
        case "whole-archive": .wholeArchives(true)
        case "no-whole-archive": .wholeArchives(false)
        case "push-state": .push
        case "pop-state": .pop
        case "start-group", "(": .group(true)
        case "end-group", ")": .group(false)
        case "r", "i", "relocatable", "Ur": .merge
        case "version", "v", "V", "help": .question
        case "z": .keyword
        case "shared", "Bshareable": .refused(isStatic)
        case "T", "script", "default-script", "dT", "Ttext", "Tdata", "Tbss", "Ttext-segment", "section-start",
            "image-base",
            "oformat", "b", "format", "defsym", "e", "entry", "just-symbols", "R", "init", "fini", "unresolved-symbols",
            "warn-unresolved-symbols", "noinhibit-exec", "overlay", "A", "architecture":
            .refused(layout)
        case _ where withValue.contains(name): .ignoredWithValue
        case _ where withoutValue.contains(name.hasPrefix("no-") ? String(name.dropFirst(3)) : name): .ignored
        case _ where name.hasPrefix("plugin"): .ignoredWithValue
        case _ where name.hasPrefix("lto") || name.hasPrefix("flto") || name.hasPrefix("thinlto"): .ignored
        default: nil
        }
    }

    /// What changes nothing in a static program that popcorn-cc lays out.
    private static let withValue: Set<String> = [
        "rpath", "rpath-link", "soname", "h", "dynamic-linker", "I", "m", "hash-style", "version-script",
        "dynamic-list",
        "retain-symbols-file", "O", "y", "trace-symbol", "compress-debug-sections", "max-page-size", "common-page-size",
        "f", "F", "auxiliary", "filter", "exclude-libs", "sort-section", "orphan-handling", "icf", "thread-count",
        "dependency-file", "mllvm", "error-limit", "audit", "depaudit", "P", "a", "assert", "G",
        "gpsize", "spare-dynamic-tags", "split-by-reloc", "package-metadata", "version-exports-section",
        "export-dynamic-symbol", "export-dynamic-symbol-list",
    ]
    private static let withoutValue: Set<String> = [
        "export-dynamic", "E", "gc-sections", "as-needed", "copy-dt-needed-entries", "add-needed", "undefined",
        "allow-shlib-undefined", "build-id", "relax", "s", "S", "x", "X", "d", "dc", "dp", "n", "N", "nmagic", "omagic",
        "t", "trace", "q", "emit-relocs", "M", "print-map", "cref", "verbose", "warn-common", "warn-mismatch",
        "fatal-warnings", "w", "warnings", "strip-all", "strip-debug", "strip-discarded", "discard-all",
        "discard-locals", "discard-none", "sort-common", "eh-frame-hdr", "ld-generated-unwind-info", "Bstatic",
        "Bdynamic", "Bsymbolic", "Bsymbolic-functions", "Bsymbolic-non-weak-functions", "Bgroup", "dn", "dy", "static",
        "non_shared", "call_shared", "pie", "pic-executable", "print-gc-sections", "print-memory-usage",
        "print-icf-sections", "print-output-format", "keep-memory", "reduce-memory-overheads", "demangle", "threads",
        "enable-new-dtags", "disable-new-dtags", "enable-linker-version", "warn-execstack", "warn-rwx-segments",
        "warn-once", "warn-constructors", "warn-section-align", "warn-textrel", "warn-alternate-em",
        "warn-shared-textrel", "warn-backrefs", "warn-symbol-ordering", "warn-ifunc-textrel", "color-diagnostics",
        "check-sections", "rosegment", "execute-only", "apply-dynamic-relocs", "use-android-relr-tags",
        "undefined-version", "default-symver", "default-imported-symver", "dynamic-list-data",
        "dynamic-list-cpp-new", "dynamic-list-cpp-typeinfo", "ctf-variables", "g", "gdb-index", "qmagic", "Qy",
        "optimize-bb-jumps", "traditional-format", "target-help", "unique",
        "fix-cortex-a53-835769", "fix-cortex-a53-843419", "fix-cortex-a8", "be8", "long-plt", "secure-plt",
        "dynamic-linker", "start-lib", "end-lib", "gc-keep-exported", "mmap-output-file", "define-common", "EL",
        "stats",
        "split-by-file",
    ]
}

extension Invocation {
    fileprivate mutating func takeWhole(_ begins: Bool) {
        guard begins != linker.takesWhole else { return }
        linker.takesWhole = begins
        inputs.append(.wholeArchives(begins))
    }
}
