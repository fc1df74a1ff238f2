import FoundationEssentials
import MultiISAPasses
import Support

/// What the passes have to say about the program, in the form of a compiler's messages.
final class Findings {
    private(set) var refusals: [String] = []
    private(set) var warnings: [String] = []

    /// Calls a pass with a handler that collects into this object.
    func collect<Result>(
        _ pass: (MultiISADiagnosticHandler, UnsafeMutableRawPointer) throws -> Result
    ) rethrows -> Result {
        try withExtendedLifetime(self) {
            try pass(
                { context, diagnostic in
                    guard let context, let diagnostic else { return }
                    Unmanaged<Findings>.fromOpaque(context).takeUnretainedValue().add(diagnostic.pointee)
                }, Unmanaged.passUnretained(self).toOpaque())
        }
    }

    private func add(_ diagnostic: MultiISADiagnostic) {
        let file = Self.relative(String(cString: diagnostic.file)), function = String(cString: diagnostic.function)
        let place = diagnostic.line > 0 ? "\(file):\(diagnostic.line): " : file.isEmpty ? "" : "\(file): "
        let within = function.isEmpty ? "" : " [in \(function)]"
        let text = "\(String(cString: diagnostic.reason))\(within)"
        if diagnostic.isRefusal {
            refusals.append("\(place)error: cannot migrate: \(text)")
        } else {
            let line = "\(place)warning: not on another node: \(text)"
            if !warnings.contains(line) { warnings.append(line) }
        }
    }

    /// Paths below the working directory as the user wrote them.
    private static func relative(_ path: String) -> String {
        let here = FileManager.default.currentDirectoryPath + "/"
        return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
    }

    /// Throws what was refused, if anything was.
    func check() throws {
        guard !refusals.isEmpty else { return }
        throw CompilerError(
            .refused, refusals.joined(separator: "\n"), hint: "docs/compiler.md lists what can migrate, and why not")
    }
}
