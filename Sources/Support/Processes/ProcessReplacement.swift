/// Puts another program in this process's place: with its terminal, its streams, and its place in the shell's jobs.
package enum ProcessReplacement {
    /// Never returns if it succeeds.
    ///
    /// - Parameter words: the program's path and its arguments; `ByteText`.
    /// - Throws: `SystemError`.
    package static func run(_ words: [String]) throws -> Never {
        // The threads of Swift's pool block most signals, SwiftNIO ignores one, and the program would inherit that.
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        signal(SIGPIPE, SIG_DFL)
        let pointers = words.map { word in strdup(ByteText.bytes(word).map { CChar(bitPattern: $0) } + [0]) }
        if let program = pointers.first ?? nil { execv(program, pointers + [nil]) }
        throw SystemError("run \(words.first ?? "")")
    }
}
