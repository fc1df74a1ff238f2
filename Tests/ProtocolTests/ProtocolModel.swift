import FoundationEssentials
import Support
import TestSupport

/// A change of one place in a source, that must not go unnoticed.
struct Mutant: CustomStringConvertible, Sendable {
    let original: String
    let replacement: String
    let why: String

    init(_ original: String, _ replacement: String, why: String) {
        self.original = original
        self.replacement = replacement
        self.why = why
    }

    var description: String { why }
}

/// A model of the explorer, with sources of the kernel modules that are compiled for the host.
struct ProtocolModel: Sendable {
    /// In the explorer's folder.
    let model: String
    /// In `folder`.
    let sources: [String]
    /// Below the repository's root.
    let folder: String

    /// Explores all that the model can reach within `limits`, words of the model.
    ///
    /// - Throws: what kept it from being compiled; a mutant whose original is not there exactly once.
    func explore(_ limits: [String], mutant: Mutant? = nil) async throws -> Ending {
        let scratch = try Scratch()
        let root = Self.root
        let explorer = "\(root)/Tests/ProtocolTests/Explorer"
        for source in sources {
            try scratch.write(try Self.text(of: "\(root)/\(folder)/\(source)"), to: source)
        }
        if let mutant { try Self.apply(mutant, to: sources, in: scratch) }
        let files = sources.map { "\(scratch.path)/\($0)" } + ["\(explorer)/\(model)", "\(explorer)/explorer.c"]
        let options = ["-O2", "-I\(explorer)", "-I\(root)/\(folder)", "-o", "\(scratch.path)/model"]
        try await scratch.run("gcc", options + files, package: "gcc")
        return try await CommandLineTool(executable: "\(scratch.path)/model")(limits, limit: .seconds(120))
    }

    private static func apply(_ mutant: Mutant, to sources: [String], in scratch: Scratch) throws {
        var places = 0
        for source in sources {
            let text = try text(of: "\(scratch.path)/\(source)")
            let pieces = text.components(separatedBy: mutant.original)
            places += pieces.count - 1
            try scratch.write(pieces.joined(separator: mutant.replacement), to: source)
        }
        guard places == 1 else { throw MutantError(original: mutant.original, places: places) }
    }

    private static func text(of path: String) throws -> String {
        String(decoding: try AtomicFile.contents(of: path), as: UTF8.self)
    }

    /// The repository.
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
}

struct MutantError: Error {
    let original: String
    let places: Int
}
