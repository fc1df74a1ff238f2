import ArgumentParser
import Support

/// `popcorn-lab completion`: a script for the shell.
struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print a shell's completion script, which knows labs, nodes and runs.",
        discussion: "  source <(popcorn-lab completion bash)        for this shell; `make install` installs them")

    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash
        case zsh
        case fish
    }

    @Argument(help: "The shell: bash, zsh or fish.")
    var shell: Shell

    func run() throws {
        let script: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        Output.line(PopcornLab.completionScript(for: script))
    }
}
