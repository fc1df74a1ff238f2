import ArgumentParser
import FoundationEssentials

/// The default of a flag, taken from its environment variable: `POPCORN_LAB_` and the flag's name in capitals.
enum Setting {
    static func text(_ flag: String) -> String? {
        let name = "POPCORN_LAB_" + flag.uppercased().replacing("-", with: "_")
        let value = ProcessInfo.processInfo.environment[name]
        return value?.isEmpty == false ? value : nil
    }

    /// `1`, `true`, `yes` and `on` mean yes.
    static func isOn(_ flag: String) -> Bool {
        ["1", "true", "yes", "on"].contains(text(flag)?.lowercased() ?? "")
    }

    static func value<Value: RawRepresentable<String>>(_ flag: String, _ fallback: Value) -> Value {
        text(flag).flatMap(Value.init(rawValue:)) ?? fallback
    }

    /// The variable's value; `nil` if it is not set or is no such value.
    static func argument<Value: ExpressibleByArgument>(_ flag: String) -> Value? {
        text(flag).flatMap(Value.init(argument:))
    }

    /// `TERM` of this process.
    static var terminalType: String { ProcessInfo.processInfo.environment["TERM"] ?? "dumb" }
}
