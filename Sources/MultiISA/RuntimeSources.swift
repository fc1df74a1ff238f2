import FoundationEssentials
import Support

/// The directory of libpopcorn's sources: `Images/runtime`.
struct RuntimeSources: Sendable {
    let directory: String

    var include: String { directory + "/include" }
    /// What user programs know of the kernel modules; the runtime speaks to `/dev/popcorn`.
    var kernelInterface: String { directory + "/../kernel/include/uapi" }
    /// Names that the kernel's headers use and musl does not bring.
    var kernelTypes: String { nodeDirectory }
    /// To be preprocessed.
    var linkerScript: String { directory + "/popcorn.ld" }
    /// Native code, in rooms, whose paths begin at ``nodeDirectory``; quoted includes are found from there and from the
    /// directory of all sources.
    var node: [String] { get throws { try sources(nodeDirectory) } }
    var nodeDirectory: String { directory + "/node" }
    /// What becomes part of programs; paths begin at ``moduleDirectory``.
    var module: [String] { get throws { try sources(moduleDirectory) } }
    var moduleDirectory: String { directory + "/module" }

    /// Looks in `POPCORN_LAB_ROOT`, in the installation's `share` and in the directories above the executable.
    init(environment: Environment) throws {
        var candidates: [String] = []
        if let root = environment.variables["POPCORN_LAB_ROOT"] { candidates.append(root) }
        var parent = environment.executable
        while let slash = parent.lastIndex(of: "/"), slash > parent.startIndex {
            parent = String(parent[..<slash])
            candidates += [parent, parent + "/share/popcorn-lab"]
        }
        let found = candidates.map { $0 + "/Images/runtime" }.first { access($0 + "/popcorn.ld", R_OK) == 0 }
        guard let found else {
            throw CompilerError(
                .host, "cannot find libpopcorn's sources (Images/runtime) near \(environment.executable)",
                hint: "set POPCORN_LAB_ROOT to popcorn-lab's source tree, or run `make install`")
        }
        directory = found
    }

    /// A digest of everything that is compiled; the cache's key.
    func digest() throws -> String {
        let hash = SHA256()
        for root in [directory, kernelInterface] {
            let paths = try FileManager.default.subpathsOfDirectory(atPath: root)
                .filter { [".c", ".h", ".ld"].contains(where: $0.hasSuffix) }
            for path in paths.sorted() {
                hash.update(Array(path.utf8))
                hash.update(FileManager.default.contents(atPath: "\(root)/\(path)") ?? Data())
            }
        }
        return hash.finish()
    }

    private func sources(_ folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".c") }.sorted()
    }
}
