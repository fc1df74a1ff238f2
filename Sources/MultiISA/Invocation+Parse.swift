import Support

extension Invocation {
    /// Reads a command line.
    ///
    /// What `cc -static` takes is taken; what would silently give another program than asked for is refused, by the first
    /// compilation that names it as by the link.
    ///
    /// - Throws: `CompilerError` with code `usage`.
    package init(_ arguments: [String]) throws {
        self.init()
        var rest = ArraySlice(try ResponseFile.expand(arguments).map(Self.shortened))
        var linkerArguments: [String] = []
        var language: String?
        while let argument = rest.popFirst() {
            if let some = try Self.linkerArguments(argument, &rest) {
                linkerArguments += some
                // An option and its value may come in two of the driver's.
                if Self.expectsMore(argument, rest) { continue }
                try takeLinkerArguments(&linkerArguments)
            } else {
                try take(argument, &rest, language: &language)
            }
        }
        try takeLinkerArguments(&linkerArguments)
        if isMerge && action == .link { action = .merge }
        try check()
    }

    private mutating func check() throws {
        if case .ask = action { return }
        if inputs.isEmpty && isVerbose {
            action = .ask(.frontEnd)
            frontEnd = ["-v"]
            return
        }
        if inputs.isEmpty { throw CompilerError(.usage, "no input files", hint: "popcorn-cc hello.c -o hello") }
        let isOneToOne = action == .compile || action == .assemble || action == .preprocess
        if output != nil && isOneToOne && sources.count > 1 {
            throw CompilerError(.usage, "-o with several input files and -c, -S or -E: which of them is meant?")
        }
        for (path, language) in sources where action != .preprocess && action != .check {
            if language == "assembler-with-cpp" {
                throw CompilerError(.usage, "\(path): assembly is for one ISA only; write it in C")
            }
            if language == "c-header" || language == nil && path.hasSuffix(".h") {
                throw CompilerError(.usage, "\(path): popcorn-cc makes no precompiled headers")
            }
        }
        for option in withoutLibc where action == .link {
            throw CompilerError(.usage, "\(option): a program that moves needs libc and its start files")
        }
    }

    /// What an argument has for the linker; `nil` if it is none of the linker's.
    private static func linkerArguments(_ argument: String, _ rest: inout ArraySlice<String>) throws -> [String]? {
        if argument.hasPrefix("-Wl,") { return argument.dropFirst(4).split(separator: ",").map(String.init) }
        switch argument {
        case "-Xlinker": return [try value(of: argument, &rest)]
        case "-z", "-u", "-T", "-e", "-h", "-rpath": return [argument, try value(of: argument, &rest)]
        case "-r", "-t", "-n", "-N", "-X": return [argument]
        case "-rdynamic": return ["-export-dynamic"]
        case _
        where argument.hasPrefix("-T") || argument.hasPrefix("-u") && argument != "-undef" || argument.hasPrefix("-z"):
            return [argument]
        default: return nil
        }
    }

    private static func expectsMore(_ argument: String, _ rest: ArraySlice<String>) -> Bool {
        guard argument == "-Xlinker" || argument.hasPrefix("-Wl,"), let next = rest.first else { return false }
        return next == "-Xlinker" || next.hasPrefix("-Wl,")
    }

    private mutating func takeLinkerArguments(_ arguments: inout [String]) throws {
        var rest = ArraySlice(try ResponseFile.expand(arguments))
        while let argument = rest.popFirst() { try LinkerOptions.take(argument, &rest, into: &self) }
        arguments = []
    }

    /// - Parameter language: what `-x` said last.
    private mutating func take(
        _ argument: String, _ rest: inout ArraySlice<String>, language: inout String?
    ) throws {
        guard argument.hasPrefix("-"), argument != "-" else {
            if let language { return inputs.append(.source(argument, language: language)) }
            return try takeInput(argument)
        }
        if try takeAction(argument) || takeDependencies(argument, &rest) { return }
        if let reason = Self.refused(argument) { throw CompilerError(.usage, "\(argument): \(reason)") }
        switch argument {
        case _ where Self.ignored.contains(argument): break
        case _ where Self.ignoredWithValue.contains(argument): _ = try Self.value(of: argument, &rest)
        case _ where Self.ignoredFamilies.contains { argument.hasPrefix($0) }: break
        case "-o": output = try Self.value(of: argument, &rest)
        case "-l": inputs.append(.library(try Self.value(of: argument, &rest)))
        case "-L": libraryDirectories.append(try Self.value(of: argument, &rest))
        case "-v": isVerbose = true
        case "-###": (isVerbose, isDryRun) = (true, true)
        case "-x": language = try Self.language(try Self.value(of: argument, &rest))
        case _ where Self.takesValue.contains(argument): frontEnd += [argument, try Self.value(of: argument, &rest)]
        case _ where argument.hasPrefix("-save-temps"): saveTemporaries = true
        case _ where argument.hasPrefix("-x"): language = try Self.language(String(argument.dropFirst(2)))
        case _ where argument.hasPrefix("-o"): output = String(argument.dropFirst(2))
        case _ where argument.hasPrefix("-l"): inputs.append(.library(String(argument.dropFirst(2))))
        case _ where argument.hasPrefix("-L"): libraryDirectories.append(String(argument.dropFirst(2)))
        case _ where argument.hasPrefix("-fmigration-checks="):
            let name = String(argument.dropFirst("-fmigration-checks=".count))
            guard let policy = Checks(rawValue: name) else {
                let names = Checks.allCases.map(\.rawValue).joined(separator: ", ")
                throw CompilerError(.usage, "\(argument): the policies are \(names)")
            }
            checks = policy
        case _ where argument.hasPrefix("-Wp,"):
            var inner = ArraySlice(Self.preprocessorArguments(argument))
            while let option = inner.popFirst() { try take(option, &inner, language: &language) }
        case "-Ofast":
            optimization = "-O3"
            frontEnd.append("-ffast-math")
        case _ where argument.hasPrefix("-O"): optimization = Self.level(argument)
        case _ where argument.hasPrefix("-g"): takeDebugging(argument)
        case "-fpreprocessed": language = "cpp-output"
        case _ where argument.hasPrefix("-f") || argument.hasPrefix("-m") || argument.hasPrefix("-W"):
            switch CompilerOption(argument) {
            case .frontEnd: frontEnd.append(argument)
            case .frontEndAs(let other): frontEnd.append(other)
            case .ignored: break
            case .refused(let reason): throw CompilerError(.usage, "\(argument): \(reason)")
            }
        default: frontEnd.append(argument)
        }
    }

    /// What is to be done, or asked.
    private mutating func takeAction(_ argument: String) -> Bool {
        switch argument {
        case "-E": action = .preprocess
        case "-S": if action != .preprocess { action = .assemble }
        case "-c": if action != .preprocess && action != .assemble { action = .compile }
        case "-fsyntax-only": action = .check
        case "--help": action = .ask(.help)
        case "--libc-table": action = .ask(.libcTable)
        case "--version", "-dumpmachine", "-dumpversion", "-dumpfullversion":
            action = .ask(.frontEnd)
            frontEnd = [argument == "-dumpfullversion" ? "-dumpversion" : argument]
        case _ where argument.hasPrefix("-print-"):
            let (name, value) = argument.parted(by: "=")
            switch name {
            case "-print-prog-name": action = .ask(.program(value ?? ""))
            case "-print-file-name": action = .ask(.file(value ?? ""))
            default: action = .ask(.print(argument))
            }
        case "-nostdlib", "-nodefaultlibs", "-nostartfiles", "-nolibc": withoutLibc.append(argument)
        default: return false
        }
        return true
    }

    private mutating func takeDependencies(_ argument: String, _ rest: inout ArraySlice<String>) throws -> Bool {
        switch argument {
        case "-M", "-MM":
            action = .preprocess
            dependencies.mode = argument
        case "-MD", "-MMD": if !dependencies.isWholeOutput { dependencies.mode = argument }
        case "-MF": dependencies.file = try Self.value(of: argument, &rest)
        case "-MT", "-MQ": dependencies.targets += [argument, try Self.value(of: argument, &rest)]
        case "-MP", "-MG", "-MV": dependencies.details.append(argument)
        case _ where argument.hasPrefix("-MF"): dependencies.file = String(argument.dropFirst(3))
        case _ where argument.hasPrefix("-MT") || argument.hasPrefix("-MQ"):
            dependencies.targets += [String(argument.prefix(3)), String(argument.dropFirst(3))]
        default: return false
        }
        return true
    }

    /// `-Wp,-MD,FILE` names the file at once.
    private static func preprocessorArguments(_ argument: String) -> [String] {
        let words = argument.dropFirst(4).split(separator: ",").map(String.init)
        guard let first = words.first, ["-MD", "-MMD"].contains(first), words.count > 1 else { return words }
        return [first, "-MF"] + words.dropFirst()
    }

    /// gcc takes any number; clang warns from 4 on, and has one way to spell that nothing is optimised for debugging.
    private static func level(_ argument: String) -> String {
        let text = argument.dropFirst(2)
        if text.isEmpty { return "-O1" }
        guard let number = UInt(text) else { return argument }
        return "-O\(min(number, 3))"
    }

    private mutating func takeDebugging(_ argument: String) {
        let name = argument.dropFirst(2)
        let details = [
            "z", "no-", "record-", "statement-", "variable-", "inline-points", "internal-", "as-", "pubnames", "split-",
        ]
        if details.contains(where: name.hasPrefix) || name == "strict-dwarf" { return }
        debugInformation = !(name.hasSuffix("0") && !name.hasPrefix("dwarf-"))
        // clang writes DWARF only.
        let isOther = ["stabs", "coff", "xcoff", "vms", "btf", "ctf"].contains { name.hasPrefix($0) }
        frontEnd.append(isOther ? (debugInformation ? "-g" : "-g0") : argument)
    }

    private mutating func takeInput(_ path: String) throws {
        let name = path.fileName
        if name.hasSuffix(".so") || name.contains(".so.") {
            throw CompilerError(.usage, "\(path): programs that move are linked statically")
        }
        switch name.split(separator: ".").last.map(String.init) ?? "" {
        case "c", "i", "h", "bc", "ll": inputs.append(.source(path))
        case "s", "S", "sx", "asm":
            // What -E or -M ask of it, the preprocessor does.
            inputs.append(.source(path, language: "assembler-with-cpp"))
        case "cc", "cp", "cpp", "cxx", "C", "CPP", "c++", "ii":
            throw CompilerError(.usage, "\(path): popcorn-cc compiles C, not C++")
        case _ where path == "-": inputs.append(.source(path, language: "c"))
        default: inputs.append(.object(path))
        }
    }

    private static func language(_ name: String) throws -> String? {
        guard ["c", "cpp-output", "c-header", "assembler-with-cpp", "ir", "none"].contains(name) else {
            throw CompilerError(.usage, "-x \(name): popcorn-cc compiles C")
        }
        return name == "none" ? nil : name
    }

    private static func value(of option: String, _ rest: inout ArraySlice<String>) throws -> String {
        guard let value = rest.popFirst() else { throw CompilerError(.usage, "\(option): what follows is missing") }
        return value
    }

    /// The short form of what gcc takes with two dashes too.
    private static func shortened(_ argument: String) -> String {
        guard argument.hasPrefix("--") else { return argument }
        let (name, value) = argument.parted(by: "=")
        switch (name, value) {
        case ("--static", nil), ("--shared", nil), ("--pipe", nil), ("--ansi", nil), ("--pedantic", nil),
            ("--pedantic-errors", nil), ("--save-temps", _), ("--std", _), ("--dumpversion", nil),
            ("--dumpmachine", nil):
            return String(argument.dropFirst())
        case _ where name.hasPrefix("--print-"): return String(argument.dropFirst())
        case ("--verbose", nil): return "-v"
        case ("--compile", nil): return "-c"
        case ("--preprocess", nil): return "-E"
        case ("--assemble", nil): return "-S"
        case ("--debug", nil): return "-g"
        case ("--no-warnings", nil): return "-w"
        case ("--all-warnings", nil): return "-Wall"
        case ("--extra-warnings", nil): return "-Wextra"
        case ("--output", let value?): return "-o" + value
        default: return argument
        }
    }
}

extension String {
    /// What is before the first separator, and what is after it if there is one.
    fileprivate func parted(by separator: Character) -> (String, String?) {
        guard let place = firstIndex(of: separator) else { return (self, nil) }
        return (String(self[..<place]), String(self[index(after: place)...]))
    }
}
