import FoundationEssentials
import Support

/// `popcorn-cc`, a program of its own, so that popcorn-lab never loads LLVM.
package struct Compiler: Sendable {
    /// The executable's file name.
    package static let name = "popcorn-cc"

    /// The executable's path.
    package let path: String

    /// Finds it: beside `executable`, else in the directories of `PATH`.
    ///
    /// - Throws: `LabError` that says where it is not.
    package static func locate(environment: [String: String], executable: String) throws -> Compiler {
        let own = executable.lastIndex(of: "/").map { String(executable[..<$0]) } ?? "."
        let directories = [own] + (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let candidates = directories.map { "\($0)/\(name)" }
        guard let found = candidates.first(where: { access($0, X_OK) == 0 }) else {
            throw LabError(
                .hostUnfit, "there is no \(name) in \(own), nor in a directory of PATH",
                hint: "`make install` installs it with popcorn-lab; in the source tree, "
                    + "`swift build --product \(name)` builds it")
        }
        return Compiler(path: found)
    }

    /// What its environment must have beside ours, unless that has it: where the runtime's sources lie.
    package func variables(share: Share) -> [String: String] { ["POPCORN_LAB_ROOT": share.root] }
}

extension Share {
    /// The makefile that small programs include.
    package var sharedMakefile: String { images + "/runtime/popcorn.mk" }
}
