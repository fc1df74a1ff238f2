import Topology

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
            "--target=\(Sysroot.triplet(.x86_64))", "-nostdlibinc", "-isystem", runtime.include, "-isystem",
            sysroot.headers(.x86_64), "-fno-pic", "-fno-pie", "-fsigned-char", "-mlong-double-64", "-ffp-contract=off",
            "-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-fcf-protection=none", "-D__popcorn__=1",
        ]
    }

    /// Compiles one source to bitcode that no optimisation has touched, so that refusals see what was written.
    ///
    /// Returns false if clang reported errors.
    func compile(_ source: String, to output: String, _ invocation: Invocation, asText: Bool = false) async throws
        -> Bool
    {
        var all = arguments + [invocation.optimization] + invocation.frontEnd
        // Tracks source lines for our messages without emitting debug information.
        if !invocation.debugInformation { all.append("-Rpass=^$") }
        if source.hasSuffix(".bc") || source.hasSuffix(".ll") { all = ["--target=\(Sysroot.triplet(.x86_64))"] }
        all += ["-Xclang", "-disable-llvm-passes", "-emit-llvm", asText ? "-S" : "-c", "-o", output]
        return try await Tool.clang.run(all + Self.named([source]))
    }

    /// `-E`, `-M` and questions: clang does what it is told.
    func pass(_ invocation: Invocation) async throws -> Bool {
        let sources = invocation.inputs.compactMap { input in
            if case .source(let path) = input { path } else { nil }
        }
        let output = invocation.output.map { ["-o", $0] } ?? []
        return try await Tool.clang.run(arguments + invocation.frontEnd + output + Self.named(sources))
    }

    /// Sources as clang must be told of them: a name that does not say so (`-`, after `-x c` any) is that of C too.
    private static func named(_ sources: [String]) -> [String] {
        let speaking = [".c", ".i", ".bc", ".ll"]
        return sources.flatMap { source in
            speaking.contains { source.hasSuffix($0) } ? ["-x", "none", source] : ["-x", "c", source]
        }
    }
}
