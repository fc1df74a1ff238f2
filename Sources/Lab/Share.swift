import FoundationEssentials
import Support

/// The files that ship with popcorn-lab: `Images/` (what guests are made of) and `Configs/` (labs).
package struct Share: Sendable {
    /// The directory that holds `Images/` and `Configs/`.
    package let root: String

    init(root: String) { self.root = root }

    /// A directory that holds such files, such as another source tree.
    ///
    /// - Throws: `LabError` if it has no recipe of the embedded image.
    package init(tree path: String) throws {
        guard Self.isShare(path) else {
            throw LabError(.badArgument, "'\(path)' is no source tree of popcorn-lab: it has no Images/embedded.yaml")
        }
        root = path
    }

    /// Recipes of guest images, and the sources of what runs in the guests.
    package var images: String { root + "/Images" }
    /// Lab files to start from, such as `x86-arm.yaml`.
    package var configs: String { root + "/Configs" }
    /// The sources of the programs that ship with popcorn-lab, a folder with a makefile for each group.
    package var programs: String { images + "/programs" }

    /// Finds them: `POPCORN_LAB_SHARE`, else `../share/popcorn-lab` beside the installed executable, else the source tree
    /// that the executable was built in.
    package static func locate(environment: [String: String], executable: String) throws -> Share {
        if let named = environment["POPCORN_LAB_SHARE"], !named.isEmpty {
            guard isShare(named) else {
                throw LabError(
                    .badArgument, "POPCORN_LAB_SHARE is '\(named)', which has no Images/embedded.yaml",
                    hint: "set it to the source tree or to PREFIX/share/popcorn-lab")
            }
            return Share(root: named)
        }
        var directory = AbsolutePath.parent(of: executable)
        if isShare(AbsolutePath.parent(of: directory) + "/share/popcorn-lab") {
            return Share(root: AbsolutePath.parent(of: directory) + "/share/popcorn-lab")
        }
        while directory.count > 1 {
            if isShare(directory) { return Share(root: directory) }
            directory = AbsolutePath.parent(of: directory)
        }
        throw LabError(
            .hostUnfit, "cannot find the files that ship with popcorn-lab (Images/, Configs/)",
            hint: "`make install` puts them beside the executable; or set POPCORN_LAB_SHARE to the source tree")
    }

    private static func isShare(_ path: String) -> Bool { access(path + "/Images/embedded.yaml", R_OK) == 0 }
}
