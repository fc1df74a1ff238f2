import ArgumentParser
import FoundationEssentials

/// Every flag as an environment variable: `POPCORN_LAB_` and the flag's name in capitals, `-` as `_`.
///
/// What the environment sets is put in front of the command's own words, unless the command line sets it too. The parser
/// then treats both alike, errors included.
struct EnvironmentFlags {
    static let prefix = "POPCORN_LAB_"

    private let variables: [String: String]
    private let root: CommandHelp

    /// - Returns: `nil` if the environment sets nothing, which spares the look at all commands.
    init?(_ environment: [String: String], root: () throws -> CommandHelp) rethrows {
        variables = environment.filter { $0.key.hasPrefix(Self.prefix) && !$0.value.isEmpty }
        if variables.isEmpty { return nil }
        self.root = try root()
    }

    /// The command line with the environment's flags in it.
    ///
    /// - Parameter words: the command line without the program's name.
    func adding(to words: [String]) -> [String] {
        var command = root
        var position = 0
        while position < words.count,
            let next = command.subcommands?.first(where: { $0.commandName == words[position] })
        {
            command = next
            position += 1
        }
        let own = words[position...]
        let added = (command.arguments ?? []).flatMap { argument -> [String] in
            guard let name = argument.longName, let value = variables[Self.variable(name)],
                !argument.isSet(in: own, passesOn: command.passesOn)
            else { return [] }
            switch argument.kind {
            case "option": return ["--\(name)", value]
            case "flag": return Self.isOn(value) ? ["--\(name)"] : []
            default: return []
            }
        }
        return words[..<position] + added + own
    }

    static func variable(_ flag: String) -> String { prefix + flag.uppercased().replacing("-", with: "_") }

    private static func isOn(_ value: String) -> Bool { ["1", "true", "yes", "on"].contains(value.lowercased()) }
}

/// What the parser tells of a command (`--experimental-dump-help`), as far as we need it.
struct CommandHelp: Decodable {
    struct Argument: Decodable {
        struct Name: Decodable {
            var kind: String
            var name: String
        }

        var kind: String
        var names: [Name]?
        var parsingStrategy: String?

        var longName: String? { names?.first { $0.kind == "long" }?.name }

        /// Whether `words` give it: as `--name`, `--name=value`, `--no-name` or `-n`.
        func isSet(in words: ArraySlice<String>, passesOn: Bool) -> Bool {
            let mine = passesOn ? words.prefix { $0.hasPrefix("-") } : words.prefix { $0 != "--" }
            return (names ?? []).contains { name in
                let forms = name.kind == "long" ? ["--\(name.name)", "--no-\(name.name)"] : ["-\(name.name)"]
                return mine.contains { word in forms.contains(word) || word.hasPrefix("--\(name.name)=") }
            }
        }
    }

    var commandName: String
    var arguments: [Argument]?
    var subcommands: [CommandHelp]?

    /// Whether what follows the first word belongs to another program's command line.
    var passesOn: Bool { (arguments ?? []).contains { $0.parsingStrategy == "allRemainingInput" } }

    /// Of the whole program.
    static func ofProgram() throws -> CommandHelp {
        struct Dump: Decodable { var command: CommandHelp }
        return try JSONDecoder().decode(Dump.self, from: Data(PopcornLab._dumpHelp().utf8)).command
    }
}
