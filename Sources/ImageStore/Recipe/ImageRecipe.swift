import ISA
import Support

/// What a guest image is made of, as a file of `Images/*.yaml` describes it (`docs/images.md`).
public struct ImageRecipe: Codable, Sendable, Equatable {
    public var name: String
    /// Debian packages by name, without their dependencies; the kernel image and its headers are among them.
    public var packages: PerISA
    /// Dependencies that are not followed, as shell patterns.
    public var without: [String] = []
    /// Files and programs to take from the packages, as absolute shell patterns; their shared libraries come with them.
    public var files: [String] = []
    /// The busybox whose applets become symbolic links.
    public var busybox: String?
    /// Modules of the kernel package, by name.
    public var modules: [String] = []
    /// The directory of our own modules' sources, beside the recipe.
    public var kernel: String?
    public var programs: [Program] = []
    public var overlay: [OverlayFile] = []

    public init(name: String, packages: PerISA) {
        self.name = name
        self.packages = packages
    }

    /// Names that hold for every ISA, and those of one.
    public struct PerISA: Codable, Sendable, Equatable {
        public var all: [String]
        public var only: [ISA: [String]]

        public init(all: [String] = [], only: [ISA: [String]] = [:]) {
            self.all = all
            self.only = only
        }

        public subscript(isa: ISA) -> [String] { all + (only[isa] ?? []) }

        private struct Key: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(_ name: String) { stringValue = name }
            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            all = try container.decodeIfPresent([String].self, forKey: Key("all")) ?? []
            only = [:]
            for isa in ISA.allCases {
                only[isa] = try container.decodeIfPresent([String].self, forKey: Key(isa.rawValue))
            }
        }

        // A dictionary with enum keys would be written in its hash order, and the content key depends on it.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(all, forKey: Key("all"))
            for (isa, names) in only { try container.encode(names, forKey: Key(isa.rawValue)) }
        }
    }

    /// A C program that is compiled statically for the image's ISA, or a shared library if its path ends in `.so`.
    public struct Program: Codable, Sendable, Equatable {
        /// C files, beside the recipe.
        public var source: [String]
        /// Where it goes in the guest.
        public var path: String
        /// Directories with headers, beside the recipe; that of the first source is always searched.
        public var include: [String] = []

        var isSharedLibrary: Bool { path.hasSuffix(".so") }

        public init(source: [String], path: String, include: [String] = []) {
            self.source = source
            self.path = path
            self.include = include
        }
    }

    /// A file, directory or symbolic link of the recipe's own.
    public struct OverlayFile: Codable, Sendable, Equatable {
        public enum Content: Codable, Sendable, Equatable {
            case text(String)
            /// A file beside the recipe.
            case source(String)
            case directory
            case link(String)
        }

        public var path: String
        public var mode: UInt32
        public var content: Content

        public init(path: String, mode: UInt32, content: Content) {
            self.path = path
            self.mode = mode
            self.content = content
        }
    }
}
