import FoundationEssentials
import Support

/// Builds programs that ship with popcorn-lab, by popcorn-cc and their own makefiles, in the cache.
package struct ProgramBuild: Sendable {
    let environment: LabEnvironment

    /// Prepares to build; nothing is looked at.
    package init(environment: LabEnvironment) { self.environment = environment }

    /// Builds a folder of programs, unless the same compiler has made them of the same sources.
    ///
    /// - Parameter name: a directory of `Images/programs`.
    /// - Returns: the directory in which all of them are.
    /// - Throws: `LabError` with the end of make's output.
    package func build(_ name: String, compiler: Compiler) async throws -> String {
        let digest = try digest(name, compiler)
        let output = "\(environment.directories.cache)/programs/\(name)-\(digest.prefix(16))"
        try Directories.create(output)
        try await make(
            name,
            [
                "-C", output, "-f", "\(environment.share.programs)/\(name)/Makefile", "CC=\(compiler.path)",
                "-j\(sysconf(Int32(_SC_NPROCESSORS_ONLN)))",
            ], hint: "`\(compiler.path)` says what it lacks")
        return output
    }

    /// Of all that make does not know: the compiler, and libpopcorn, which is linked into each program.
    private func digest(_ name: String, _ compiler: Compiler) throws -> String {
        let hash = SHA256()
        hash.update(Array(try SHA256.hex(ofFile: compiler.path).utf8))
        let images = environment.share.images
        for folder in ["programs/\(name)", "runtime", "kernel/include/uapi"] {
            for path in try FileManager.default.subpathsOfDirectory(atPath: "\(images)/\(folder)").sorted() {
                let file = "\(images)/\(folder)/\(path)"
                var isDirectory = false
                guard FileManager.default.fileExists(atPath: file, isDirectory: &isDirectory), !isDirectory
                else { continue }
                hash.update(Array("\(path) \(try SHA256.hex(ofFile: file))\n".utf8))
            }
        }
        return hash.finish()
    }

    private func make(_ name: String, _ arguments: [String], hint: String) async throws {
        do {
            try await HostCommand("make", ["--no-print-directory"] + arguments, package: "make").check()
        } catch let error as HostCommandError {
            throw LabError(.hostUnfit, "'\(name)' does not build", details: error.details, hint: error.hint ?? hint)
        }
    }
}
