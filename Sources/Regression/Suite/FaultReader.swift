import Fabric
import Support
import Topology
import UserInput

/// Reads `faults:`: a list of steps under each name.
enum FaultReader {
    static let actions = ["cut", "heal", "delay", "loss", "rate", "kill", "freeze", "thaw", "panic", "sigkill"]
    /// Those whose value is no node.
    private static let amounts = ["delay", "loss", "rate"]
    static let keys = actions + ["node", "at"]
    static let momentKeys = ["dmesg", "node"]

    static func plans(_ top: YAMLMapping) -> [FaultPlan] {
        let entries = top.mapping("faults", as: "faults", keys: nil)
        guard let entries else { return [] }
        return entries.keys.map { name in
            // A fault that could not be read keeps its name, so that groups are not told that there is none.
            let steps = entries.mappings(name, as: "a step of a fault", keys: keys)
            if steps?.isEmpty == true { entries.report("a fault has one step at least", at: name) }
            if name == FaultPlan.none.name { entries.report("'\(name)' means that nothing goes wrong", at: name) }
            return FaultPlan(name: name, steps: (steps ?? []).compactMap { $0.flatMap(step) })
        }
    }

    private static func step(_ fields: YAMLMapping) -> FaultStep? {
        let given = actions.filter { fields.has($0) }
        guard given.count == 1 else {
            if given.isEmpty, actions.contains(where: fields.isMisspelt) { return nil }
            let what = given.isEmpty ? "none" : given.joined(separator: " and ")
            fields.report(
                "a step does one of \(actions.joined(separator: ", ")); here is \(what)", at: given.last ?? "")
            return nil
        }
        if fields.has("node"), !amounts.contains(given[0]) {
            fields.report("a node of its own goes with \(amounts.joined(separator: ", ")) only", at: "node")
        }
        let moment =
            fields.isMapping("at")
            ? kernelLine(fields)
            : fields.has("at") ? fields.value("at", parse: moment) : .time(TimeSpan(milliseconds: 0))
        guard let action = action(given[0], fields), let moment else { return nil }
        return FaultStep(action, at: moment)
    }

    private static func action(_ key: String, _ fields: YAMLMapping) -> FaultStep.Action? {
        func amount<Value>(_ parse: (String) throws -> Value) -> Value? {
            fields.value(key) { (text) throws(InputError) in
                do { return try parse(text) } catch { throw InputError(.invalidValue, error.sentence) }
            }
        }
        if amounts.contains(key) {
            guard let node = fields.required("node", { fields.text($0) }) else { return nil }
            switch key {
            case "delay":
                return amount(Impairment.duration).map { .impair(node: node, delay: $0, loss: nil, rate: nil) }
            case "loss":
                return amount(Impairment.percentage).map { .impair(node: node, delay: nil, loss: $0, rate: nil) }
            default:
                return amount(Impairment.rate).map { .impair(node: node, delay: nil, loss: nil, rate: $0) }
            }
        }
        if key == "sigkill" {
            return fields.value(key) { (text) throws(InputError) in
                if text == "origin" { return .killOrigin }
                let words = text.split(separator: " ").map(String.init)
                guard words.count == 2, words[0] == "worker" else {
                    throw InputError(.invalidValue, "'\(text)' is no process; expected origin, or worker NODE")
                }
                return .killWorker(node: words[1])
            }
        }
        guard let node = fields.text(key) else { return nil }
        switch key {
        case "cut": return .cut(node: node)
        case "heal": return .heal(node: node)
        case "kill": return .kill(node: node)
        case "freeze": return .freeze(node: node)
        case "thaw": return .thaw(node: node)
        default: return .panic(node: node)
        }
    }

    /// `{dmesg: REGEX, node: NAME}`.
    private static func kernelLine(_ fields: YAMLMapping) -> FaultStep.Moment? {
        guard let form = fields.mapping("at", as: "a moment", keys: momentKeys) else { return nil }
        return form.required("dmesg") { form.value($0, Pattern.self) }.map { .kernelLine($0, node: form.text("node")) }
    }

    /// `500ms`, `hop 3`, `output REGEX`, `dmesg REGEX`.
    private static func moment(_ text: String) throws(InputError) -> FaultStep.Moment {
        let words = text.split(separator: " ", maxSplits: 1).map(String.init)
        if words.count == 2, words[0] == "output" { return .output(try Pattern(parsing: words[1])) }
        if words.count == 2, words[0] == "dmesg" { return .kernelLine(try Pattern(parsing: words[1]), node: nil) }
        if words.count == 2, words[0] == "hop" {
            guard let count = Int(digits: words[1]), count > 0 else {
                throw InputError(.invalidValue, "'\(text)': expected a number of hops, at least 1")
            }
            return .hops(count)
        }
        do throws(InputError) {
            return .time(try TimeSpan(parsing: text))
        } catch {
            throw InputError(
                .invalidValue, "'\(text)' is no moment; expected a time such as 2s, hop N, output REGEX, or dmesg REGEX"
            )
        }
    }
}
