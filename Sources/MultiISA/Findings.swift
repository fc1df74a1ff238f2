import Binaries
import FoundationEssentials
import MultiISAPasses
import Support

/// What the passes have to say about the program, in the form of a compiler's messages.
final class Findings {
    private(set) var refusals: [String] = []
    private(set) var warnings: [String] = []
    private var found: Set<Hold> = []
    /// Where threads stay, by file and line, those without any last.
    var holds: [Hold] {
        found.sorted {
            ($0.file == nil ? 1 : 0, $0.file ?? "", $0.line ?? 0, $0.function, $0.reason)
                < ($1.file == nil ? 1 : 0, $1.file ?? "", $1.line ?? 0, $1.function, $1.reason)
        }
    }

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
        if let kind = Hold.Kind(diagnostic.finding) {
            found.insert(
                Hold(
                    kind: kind, function: function, file: file.isEmpty ? nil : file,
                    line: diagnostic.line > 0 ? Int(diagnostic.line) : nil, reason: String(cString: diagnostic.reason)))
            return
        }
        let place = diagnostic.line > 0 ? "\(file):\(diagnostic.line): " : file.isEmpty ? "" : "\(file): "
        let within = function.isEmpty ? "" : " [in \(function)]"
        let text = "\(String(cString: diagnostic.reason))\(within)"
        if diagnostic.finding == MultiISARefusal {
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

extension Hold.Kind {
    /// `nil` for what is refused or warned of.
    fileprivate init?(_ finding: MultiISAFinding) {
        switch finding {
        case MultiISAHoldsShort: self = .short
        case MultiISAHoldsNoPoint: self = .noPoint
        case MultiISAHoldsLoop: self = .loop
        case MultiISAHoldsCallback: self = .callback
        case MultiISAHoldsHandler: self = .signalHandler
        case MultiISAHoldsNodeLocal: self = .nodeLocal
        default: return nil
        }
    }
}
