import FoundationEssentials
import Support

/// The host's own Debian sources, without those of third parties.
///
/// A third party often lacks an architecture or is unreachable, and either would make the whole update fail.
struct AptSources: Sendable {
    /// The accepted sources in the form of sources.list(5), "deb822".
    let text: String

    /// Reads `sources.list` and `sources.list.d` in `directory`, usually `/etc/apt`.
    ///
    /// - Throws: `DebianError` if there is no source of Debian's `main`.
    init(directory: String) throws {
        let parts = directory + "/sources.list.d"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parts))?.sorted() ?? []
        var found = Self.read(directory + "/sources.list").map(Self.oneLine) ?? []
        for name in names {
            guard let content = Self.read("\(parts)/\(name)") else { continue }
            if name.hasSuffix(".list") { found += Self.oneLine(content) }
            if name.hasSuffix(".sources") { found += Self.deb822(content) }
        }
        var sources = found.compactMap(Self.debian)
        let signed = sources.filter { $0["signed-by"]?.contains("debian-archive") ?? true }
        if !signed.isEmpty { sources = signed }
        guard !sources.isEmpty else {
            throw DebianError(
                .archive, "\(directory) names no source of Debian's `main` packages",
                hint: "images and programs need Debian packages: add Debian's archive to \(parts)")
        }
        text = sources.map(Self.paragraph).joined(separator: "\n")
    }

    typealias Fields = [String: String]

    private static func read(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    /// `deb [option=value ...] URI suite component ...`
    static func oneLine(_ text: String) -> [Fields] {
        text.split(separator: "\n").compactMap { line in
            var words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }.map(String.init)
            guard words.first == "deb" else { return nil }
            var fields: Fields = ["types": "deb"]
            words.removeFirst()
            if words.first?.hasPrefix("[") == true, let end = words.firstIndex(where: { $0.hasSuffix("]") }) {
                for option in words[...end].joined(separator: " ").dropFirst().dropLast().split(separator: " ") {
                    let pair = option.split(separator: "=", maxSplits: 1).map(String.init)
                    if pair.count == 2 { fields[pair[0].lowercased()] = pair[1] }
                }
                words.removeSubrange(...end)
            }
            guard words.count >= 2 else { return nil }
            fields["uris"] = words[0]
            fields["suites"] = words[1]
            fields["components"] = words[2...].joined(separator: " ")
            return fields
        }
    }

    /// Paragraphs of `Field: value`, where an indented line continues the one before.
    static func deb822(_ text: String) -> [Fields] {
        var result: [Fields] = [[:]]
        var last = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) where !line.hasPrefix("#") {
            if line.allSatisfy({ $0 == " " || $0 == "\t" }) {
                result.append([:])
            } else if line.hasPrefix(" ") || line.hasPrefix("\t") {
                result[result.count - 1][last, default: ""] += "\n" + line
            } else if let colon = line.firstIndex(of: ":") {
                last = line[..<colon].lowercased()
                result[result.count - 1][last] = String(line[line.index(after: colon)...].drop { $0 == " " })
            }
        }
        return result.filter { !$0.isEmpty }
    }

    /// The source reduced to what is Debian's; `nil` if that is nothing.
    private static func debian(_ source: Fields) -> Fields? {
        let words = { (key: String) in (source[key] ?? "").split { " \t\n".contains($0) }.map(String.init) }
        let suites = words("suites").filter(isDebian)
        guard words("types").contains("deb"), words("components").contains("main"), !suites.isEmpty,
            !["no", "false", "0"].contains(source["enabled"]?.lowercased())
        else { return nil }
        var result = source
        result["suites"] = suites.joined(separator: " ")
        return result
    }

    private static let releases: Set = [
        "bullseye", "bookworm", "trixie", "forky", "duke", "sid", "oldoldstable", "oldstable", "stable", "testing",
        "unstable",
    ]
    // No backports: they would win over the release by their version, unless apt's priorities were kept as well.
    private static let kinds: Set = ["", "updates", "security"]

    /// Whether a suite is one of Debian's own, such as `bookworm-updates`; third parties call theirs otherwise.
    private static func isDebian(_ suite: String) -> Bool {
        let parts = suite.split(separator: "-", maxSplits: 1).map(String.init)
        guard let release = parts.first else { return false }
        return releases.contains(release) && kinds.contains(parts.count > 1 ? parts[1] : "")
    }

    private static func paragraph(_ source: Fields) -> String {
        let kept = ["signed-by", "trusted", "check-valid-until", "check-date", "snapshot"]
        var text = "Types: deb\nURIs: \(source["uris"] ?? "")\nSuites: \(source["suites"] ?? "")\nComponents: main\n"
        for key in kept { if let value = source[key] { text += "\(key): \(value)\n" } }
        return text
    }
}
