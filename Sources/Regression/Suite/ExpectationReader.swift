import Topology
import UserInput

/// Reads `expect:`.
struct ExpectationReader {
    let places: SuitePlaces

    static let keys = ["exit", "signal", "stdout", "stderr", "dmesg", "counts", "within"]
    static let textKeys = ["exact", "matches", "golden"]

    /// - Parameter holder: the mapping that may have the key `expect`.
    func read(_ holder: YAMLMapping) -> Expectation {
        var result = Expectation()
        guard let fields = holder.mapping("expect", as: "an expectation", keys: Self.keys) else { return result }
        result.ending = ending(fields)
        result.stdout = text("stdout", fields)
        result.stderr = text("stderr", fields)
        result.kernelLines = kernelLines(fields)
        if let counts = fields.mapping("counts", as: "counts", keys: Expectation.countNames) {
            for name in counts.keys { result.counts[name] = counts.value(name, Bounds.self) }
        }
        result.limit = fields.value("within") { (text) throws(InputError) in
            let limit = try TimeSpan(parsing: text)
            guard limit.milliseconds > 0 else {
                throw InputError(.invalidValue, "a limit of no time lets nothing pass")
            }
            return limit
        }
        return result
    }

    private func ending(_ fields: YAMLMapping) -> Expectation.Ending? {
        if fields.has("exit"), fields.has("signal") {
            fields.report("a program ends with an exit code or by a signal, not with both", at: "signal")
        }
        if let signal = fields.text("signal") {
            guard signal.hasPrefix("SIG"), signal.count > 3 else {
                fields.report("'\(signal)' is no signal; expected a name such as SIGSEGV", at: "signal")
                return nil
            }
            return .signal(signal)
        }
        return fields.value("exit") { (text) throws(InputError) in
            if text == "any" { return .any }
            guard let code = Int(digits: text), code <= 255 else {
                throw InputError(.invalidValue, "'\(text)' is no exit code; expected 0 to 255, or any")
            }
            return .exit(Int32(code))
        }
    }

    private func text(_ key: String, _ fields: YAMLMapping) -> Expectation.Text? {
        guard fields.isMapping(key) else {
            return fields.value(key) { (text) throws(InputError) in
                switch text {
                case "any": return .any
                case "unmigrated": return .unmigrated
                case "shipped" where key == "stdout": return .shipped
                default:
                    throw InputError(
                        .invalidValue,
                        "'\(text)' does not say what the output is; expected any, unmigrated, "
                            + (key == "stdout" ? "shipped, " : "") + "or a mapping with exact, matches or golden")
                }
            }
        }
        guard let form = fields.mapping(key, as: "an output", keys: Self.textKeys) else { return nil }
        guard form.keys.count == 1 else {
            if form.keys.isEmpty, Self.textKeys.contains(where: form.isMisspelt) { return nil }
            form.report("an output has one of \(Self.textKeys.joined(separator: ", "))", at: form.keys.last ?? "")
            return nil
        }
        if let text = form.text("exact") { return .exact(text) }
        if let pattern = form.value("matches", Pattern.self) { return .matches(pattern) }
        return form.text("golden").map { .golden(places.path($0)) }
    }

    private func kernelLines(_ fields: YAMLMapping) -> [Expectation.KernelLine] {
        typealias Meaning = Expectation.KernelLine.Meaning
        let meanings = Meaning.allCases.map(\.rawValue)
        let items = fields.mappings("dmesg", as: "a line of a kernel's log", keys: meanings + ["node"]) ?? []
        return items.compactMap { item in
            guard let item else { return nil }
            let given = Meaning.allCases.filter { item.has($0.rawValue) }
            guard let meaning = given.first, given.count == 1 else {
                if given.isEmpty, meanings.contains(where: item.isMisspelt) { return nil }
                item.report("a line has one of \(meanings.joined(separator: ", "))", at: given.last?.rawValue ?? "")
                return nil
            }
            return item.value(meaning.rawValue, Pattern.self).map {
                Expectation.KernelLine(meaning, $0, node: item.text("node"), path: item.path(of: "node"))
            }
        }
    }
}
