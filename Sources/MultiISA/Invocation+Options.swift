extension Invocation {
    /// clang's options whose value is the next argument.
    static let takesValue: Set<String> = [
        "-I", "-D", "-U", "-include", "-imacros", "-isystem", "-iquote", "-idirafter", "-Xclang",
        "-Xpreprocessor", "-iprefix", "-iwithprefix", "-iwithprefixbefore", "-isysroot",
    ]

    /// What changes nothing in a program that popcorn-cc links.
    static let ignored: Set<String> = [
        "-static", "-static-pie", "-static-libgcc", "-shared-libgcc", "-static-libasan", "-no-pie", "-nopie", "-pie",
        "-symbolic", "-pipe", "-s", "-time", "-Q", "-pass-exit-codes", "-no-integrated-cpp", "-no-canonical-prefixes",
        "-canonical-prefixes", "-nodefaultrpaths", "--sysroot=", "--sysroot=/", "-fno-working-directory",
        "-fdirectives-only", "-Wno-unused-command-line-argument", "-Qunused-arguments",
    ]
    static let ignoredWithValue: Set<String> = [
        "--param", "-B", "-dumpbase", "-dumpbase-ext", "-dumpdir", "-aux-info", "-Xassembler", "-imultilib",
        "-imultiarch",
    ]

    static let ignoredFamilies = ["-B", "--param=", "-specs=", "--specs=", "-Wa,"]

    static func refused(_ argument: String) -> String? {
        switch argument {
        case "-shared": "programs that move are linked statically"
        case "-p", "-pg": "it needs native frames, which do not move"
        case "--coverage", "-coverage": "its runtime exists for one node only"
        case _ where argument.hasPrefix("-target") || argument.hasPrefix("--target"):
            "the targets are x86-64 and aarch64"
        case _ where argument.hasPrefix("--sysroot") && argument != "--sysroot=" && argument != "--sysroot=/":
            "headers and libc are musl's, which popcorn-cc brings"
        case _ where argument.hasPrefix("-specs") || argument.hasPrefix("--specs"):
            // Debian's hardening asks for position independence by such files.
            argument.contains("pie-") ? nil : "popcorn-cc has no specs"
        default: nil
        }
    }
}
