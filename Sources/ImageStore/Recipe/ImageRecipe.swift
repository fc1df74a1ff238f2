import ISA
import Support

/// What a guest image is made of, as a file of `Images/*.yaml` describes it (`docs/images.md`).
package struct ImageRecipe: Codable, Sendable, Equatable {
    /// The value of `name:`, which image records and locks have. The recipe is found by its file's name.
    package var name: String
    /// Debian packages by name, without their dependencies; the kernel image and its headers are among them.
    package var packages: PerISA
    /// Dependencies that are not followed, as shell patterns.
    package var without: [String] = []
    /// Files and programs to take from the packages, as absolute shell patterns; their shared libraries come with them.
    package var files: [String] = []
    /// The busybox whose applets become symbolic links.
    var busybox: String?
    /// Modules of the kernel package, by name.
    package var modules: [String] = []
    /// The directory of our own modules' sources, beside the recipe.
    package var kernel: String?
    /// C sources of our own that are compiled into the image.
    package var programs: [Program] = []
    /// Files that replace what packages and programs have at the same paths.
    package var overlay: [OverlayFile] = []

    /// A recipe that takes nothing from its packages yet: everything else is empty.
    package init(name: String, packages: PerISA) {
        self.name = name
        self.packages = packages
    }

    /// Names that hold for every ISA, and those of one.
    package struct PerISA: Codable, Sendable, Equatable {
        /// Names for every ISA.
        package var all: [String]
        /// Further names, for one ISA each.
        package var only: [ISA: [String]]

        /// Without arguments, no ISA has any names.
        package init(all: [String] = [], only: [ISA: [String]] = [:]) {
            self.all = all
            self.only = only
        }

        /// The names for one ISA: first those for all, then its own.
        package subscript(isa: ISA) -> [String] { all + (only[isa] ?? []) }

        private struct Key: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(_ name: String) { stringValue = name }
            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            all = try container.decodeIfPresent([String].self, forKey: Key("all")) ?? []
            only = [:]
            for isa in ISA.allCases {
                only[isa] = try container.decodeIfPresent([String].self, forKey: Key(isa.rawValue))
            }
        }

        // A dictionary with enum keys would be written in its hash order, and the content key depends on it.
        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(all, forKey: Key("all"))
            for (isa, names) in only { try container.encode(names, forKey: Key(isa.rawValue)) }
        }
    }

    /// A C program that is compiled statically for the image's ISA, or a shared library if its path ends in `.so`.
    package struct Program: Codable, Sendable, Equatable {
        /// C files, beside the recipe.
        package var source: [String]
        /// Where it goes in the guest.
        package var path: String
        /// Directories with headers, beside the recipe; that of the first source is always searched.
        package var include: [String] = []

        var isSharedLibrary: Bool { path.hasSuffix(".so") }

        /// Without `include`, each source finds headers of ours only in its own directory.
        package init(source: [String], path: String, include: [String] = []) {
            self.source = source
            self.path = path
            self.include = include
        }
    }

    /// A file, directory or symbolic link of the recipe's own.
    package struct OverlayFile: Codable, Sendable, Equatable {
        /// What the file is: the one of `text`, `source`, `directory` and `link` that the recipe gives.
        package enum Content: Codable, Sendable, Equatable {
            case text(String)
            /// A file beside the recipe.
            case source(String)
            case directory
            case link(String)
        }

        /// The absolute path in the guest. `/bin`, `/sbin`, `/lib` and `/lib64` stand for those below `/usr`.
        package var path: String
        /// Permission bits. Symbolic links do without.
        package var mode: UInt32
        var content: Content

        /// Nothing is checked: the recipe's reader has done that.
        package init(path: String, mode: UInt32, content: Content) {
            self.path = path
            self.mode = mode
            self.content = content
        }
    }
}
