import ISA
import UserInput

extension ImageRecipe {
    private static let keys = [
        "name", "packages", "without", "files", "busybox", "modules", "kernel", "programs", "overlay",
    ]

    /// Reads a recipe.
    ///
    /// - Parameter file: the recipe's file, for errors.
    /// - Throws: `InputError` with code `.invalidFile` and every error with its place.
    init(yaml text: String, file: String) throws(InputError) {
        self = try YAMLReader.read(text, file: file, as: "a recipe", keys: Self.keys) { top in
            let name = top.required("name") { top.value($0, parse: RecipeText.word) }
            let packages = top.required("packages") { PerISA(top, $0) }
            // What is missing has been reported; the rest may have errors of its own.
            var recipe = ImageRecipe(name: name ?? "", packages: packages ?? PerISA())
            recipe.without = top.texts("without") ?? []
            recipe.files = top.values("files", parse: RecipeText.guestPath) ?? []
            recipe.busybox = top.value("busybox", parse: RecipeText.guestPath)
            recipe.modules = top.texts("modules") ?? []
            recipe.kernel = top.value("kernel", parse: RecipeText.ownPath)
            recipe.programs =
                top.mappings("programs", as: "a program", keys: ["source", "path", "include"])?
                .compactMap { $0.flatMap(Program.init) } ?? []
            recipe.overlay =
                top.mappings("overlay", as: "an overlay file", keys: ["path", "mode"] + OverlayFile.contents)?
                .compactMap { $0.flatMap(OverlayFile.init) } ?? []
            return recipe
        }
    }
}

extension ImageRecipe.PerISA {
    /// Reads a list for every ISA, or a mapping that has lists for some.
    fileprivate init?(_ fields: YAMLMapping, _ key: String) {
        if fields.isList(key) {
            self.init(all: fields.values(key, parse: RecipeText.package) ?? [])
            return
        }
        guard let lists = fields.mapping(key, as: "packages", keys: ["all"] + ISA.allCases.map(\.rawValue)) else {
            return nil
        }
        self.init(all: lists.values("all", parse: RecipeText.package) ?? [])
        for isa in ISA.allCases { only[isa] = lists.values(isa.rawValue, parse: RecipeText.package) }
    }
}

extension ImageRecipe.Program {
    fileprivate init?(_ fields: YAMLMapping) {
        let source = fields.required("source") { key in
            fields.isList(key)
                ? fields.values(key, parse: RecipeText.ownPath)
                : fields.value(key, parse: RecipeText.ownPath).map { [$0] }
        }
        let path = fields.required("path") { fields.value($0, parse: RecipeText.guestPath) }
        guard let source, let path else { return nil }
        if source.isEmpty { fields.report("a program needs at least one source", at: "source") }
        self.init(source: source, path: path, include: fields.values("include", parse: RecipeText.ownPath) ?? [])
    }
}

extension ImageRecipe.OverlayFile {
    /// The keys of which a file has exactly one.
    fileprivate static let contents = ["text", "source", "directory", "link"]

    fileprivate init?(_ fields: YAMLMapping) {
        let mode = fields.value("mode", parse: RecipeText.mode)
        let path = fields.required("path") { fields.value($0, parse: RecipeText.guestPath) }
        let given = Self.contents.filter(fields.has)
        guard given.count == 1 else {
            fields.report("an overlay file is exactly one of \(Self.contents.joined(separator: ", "))", at: "path")
            return nil
        }
        guard let path, let content = Content(fields, given[0]) else { return nil }
        self.init(path: path, mode: mode ?? (content == .directory ? 0o755 : 0o644), content: content)
    }
}

extension ImageRecipe.OverlayFile.Content {
    fileprivate init?(_ fields: YAMLMapping, _ key: String) {
        let content: Self?
        switch key {
        case "text": content = fields.text(key).map { .text($0) }
        case "source": content = fields.value(key, parse: RecipeText.ownPath).map { .source($0) }
        case "link": content = fields.text(key).map { .link($0) }
        default:
            let isDirectory = fields.boolean(key)
            if isDirectory == false { fields.report("'directory' can only be true", at: key) }
            content = isDirectory == true ? .directory : nil
        }
        guard let content else { return nil }
        self = content
    }
}

/// The forms of a recipe's texts.
private enum RecipeText {
    /// A part of a file's name.
    static func word(_ text: String) throws(InputError) -> String {
        try check(text, text.wholeMatch(of: /[0-9A-Za-z-]+/) != nil, "does not consist of letters, digits and -")
    }

    /// Debian policy 5.6.1; a name can never be an option of apt.
    static func package(_ text: String) throws(InputError) -> String {
        try check(text, text.wholeMatch(of: /[0-9a-z][0-9a-z+.-]*/) != nil, "is not the name of a Debian package")
    }

    /// A path in the guest.
    static func guestPath(_ text: String) throws(InputError) -> String {
        try check(text, text.hasPrefix("/") && !leaves(text), "is not a path in the guest, which starts with /")
    }

    /// A path beside the recipe; it cannot leave that directory, so that the content key covers it.
    static func ownPath(_ text: String) throws(InputError) -> String {
        let isBelow = !text.isEmpty && !text.hasPrefix("/") && !leaves(text)
        return try check(text, isBelow, "is not a path below the recipe's directory")
    }

    /// Permission bits, written as `0o755`, `0755` or `"755"`.
    static func mode(_ text: String) throws(InputError) -> UInt32 {
        let mode = UInt32(text.hasPrefix("0o") ? text.dropFirst(2) : text[...], radix: 8)
        guard let mode, mode <= 0o7777 else {
            throw InputError(.invalidValue, "'\(text)' is not an octal number such as 0755")
        }
        return mode
    }

    private static func leaves(_ path: String) -> Bool { path.split(separator: "/").contains("..") }

    private static func check(_ text: String, _ isRight: Bool, _ problem: String) throws(InputError) -> String {
        guard isRight else { throw InputError(.invalidValue, "'\(text)' \(problem)") }
        return text
    }
}
