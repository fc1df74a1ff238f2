import Support

extension Invocation {
    /// Reads a command line.
    ///
    /// - Throws: `CompilerError` with code `usage` for what would silently give another program than asked for.
    public init(_ arguments: [String]) throws {
        self.init()
        var rest = ArraySlice(arguments)
        var isNamedC = false
        while let argument = rest.popFirst() { try take(argument, &rest, isNamedC: &isNamedC) }
        if action != .ask && inputs.isEmpty {
            throw CompilerError(.usage, "no input files", hint: "popcorn-cc hello.c -o hello")
        }
        if output != nil && (action == .compile || action == .assemble) && inputs.count > 1 {
            throw CompilerError(.usage, "-o with several input files and -c or -S: which of them is meant?")
        }
    }

    /// - Parameter isNamedC: whether `-x c` is in force, under which a file of any name is C.
    private mutating func take(_ argument: String, _ rest: inout ArraySlice<String>, isNamedC: inout Bool) throws {
        guard argument.hasPrefix("-"), argument != "-" else {
            return isNamedC ? inputs.append(.source(argument)) : try takeInput(argument)
        }
        if let reason = Self.refused(argument) { throw CompilerError(.usage, "\(argument): \(reason)") }
        if Self.ignored(argument) { return }
        switch argument {
        case "-E", "-M", "-MM":
            action = .preprocess
            frontEnd.append(argument)
        case "-S": action = .assemble
        case "-c": action = .compile
        case "--version", "-v", "-dumpmachine", "-dumpversion", "-V", "-qversion":
            isVerbose = argument == "-v"
            if action == .link && inputs.isEmpty && rest.isEmpty { action = .ask }
            if !isVerbose { frontEnd.append(argument) }
        case "-o": output = try value(of: argument, &rest)
        case "-l": inputs.append(.library(try value(of: argument, &rest)))
        case "-L": libraryDirectories.append(try value(of: argument, &rest))
        case "-save-temps": saveTemporaries = true
        case "-x":
            let language = try value(of: argument, &rest)
            guard ["c", "none"].contains(language) else {
                throw CompilerError(.usage, "-x \(language): popcorn-cc compiles C")
            }
            isNamedC = language == "c"
        case _ where Self.takesValue.contains(argument):
            frontEnd += [argument, try value(of: argument, &rest)]
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
        case _ where argument.hasPrefix("-O"):
            optimization = argument == "-O" ? "-O1" : argument
        case _ where argument.hasPrefix("-g"):
            debugInformation = argument != "-g0"
            frontEnd.append(argument)
        case _ where argument.hasPrefix("-m"):
            guard argument == "-m64" else {
                throw CompilerError(
                    .usage, "\(argument): options for one processor have no meaning in a program for all of them")
            }
        case _ where argument.hasPrefix("-Wl,"), _ where argument.hasPrefix("-z"):
            warnings.append("\(argument): ignored, the two binaries are linked by a script of ours")
        default:
            frontEnd.append(argument)
        }
    }

    private mutating func takeInput(_ path: String) throws {
        switch path.split(separator: ".").last.map(String.init) ?? "" {
        case "c", "i", "bc", "ll": inputs.append(.source(path))
        case "o", "a", "lo": inputs.append(.object(path))
        case "s", "S", "asm": throw CompilerError(.usage, "\(path): assembly is for one ISA only; write it in C")
        case "cc", "cpp", "cxx", "C", "c++": throw CompilerError(.usage, "\(path): popcorn-cc compiles C, not C++")
        case "so": throw CompilerError(.usage, "\(path): programs that move are linked statically")
        case _ where path == "-": inputs.append(.source(path))
        default: throw CompilerError(.usage, "\(path): neither C source (.c), nor an object (.o) or archive (.a)")
        }
    }

    private func value(of option: String, _ rest: inout ArraySlice<String>) throws -> String {
        guard let value = rest.popFirst() else { throw CompilerError(.usage, "\(option): what follows is missing") }
        return value
    }

    /// clang's options whose value is the next argument.
    private static let takesValue: Set<String> = [
        "-I", "-D", "-U", "-include", "-imacros", "-isystem", "-iquote", "-idirafter", "-MF", "-MT", "-MQ", "-Xclang",
        "-Xpreprocessor", "-iprefix", "-iwithprefix", "-isysroot",
    ]

    private static func refused(_ argument: String) -> String? {
        switch argument {
        case "-shared", "-rdynamic": "programs that move are linked statically"
        case "-r": "objects hold bitcode: link them together, or put them into an archive"
        case "-mlong-double-80", "-mlong-double-128":
            "long double has the format of double, the only one that every ISA has"
        case "-fopenmp": "OpenMP's runtime cannot move; use pthreads"
        case "-fexceptions", "-fsplit-stack", "-finstrument-functions", "-pg":
            "it needs native frames, which do not move"
        case _ where argument.hasPrefix("-fsanitize=") || argument.hasPrefix("-fprofile") || argument == "--coverage":
            "its runtime exists for one node only"
        case _ where argument.hasPrefix("-fuse-ld=") || argument.hasPrefix("-target") || argument.hasPrefix("--target"):
            "the targets are x86-64 and aarch64, linked by lld"
        default: nil
        }
    }

    private static func ignored(_ argument: String) -> Bool {
        let names: Set<String> = [
            "-static", "-no-pie", "-fno-pie", "-fno-PIE", "-fpie", "-fPIE", "-fpic", "-fPIC", "-pie", "-fno-pic",
            "-fno-plt", "-pipe", "-flto", "-fno-lto", "-fno-common", "-fcommon", "-s", "-fno-exceptions", "-m64",
            "-mlong-double-64",
        ]
        return names.contains(argument) || argument.hasPrefix("-flto=") || argument.hasPrefix("-fstack-protector")
            || argument.hasPrefix("-fcf-protection") || argument == "-fno-asynchronous-unwind-tables"
            || argument == "-fno-stack-protector"
    }
}
