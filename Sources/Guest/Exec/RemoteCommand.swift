import Support

/// Where a remote command's standard input comes from.
package enum RemoteInput: Sendable {
    /// End of file at once; with a terminal, nothing is typed and the terminal stays open until the command ends.
    case none
    /// These bytes, then end of file.
    case bytes([UInt8])
    /// What a descriptor of this process gives, until its end of file. It stays open.
    case descriptor(Int32)
}

/// Where what a remote command writes goes.
///
/// Closures run on the session's thread: they must not block.
package enum RemoteOutput: Sendable {
    case discard
    /// Into the result, up to `limit` bytes; more is dropped and the result says so.
    case collect(limit: Int = 16 << 20)
    /// To a descriptor of this process, which stays open. The guest has to wait when it does not take more.
    case descriptor(Int32)
    /// Piece by piece, as it arrives.
    case bytes(@Sendable ([UInt8]) -> Void)
    /// Line by line, without the newline; an unfinished last line too, as `ByteText`.
    case lines(@Sendable (String) -> Void)
}

/// The terminal that a remote command gets. Raw mode of the local one is the command layer's business.
package struct RemoteTerminal: Sendable, Hashable {
    /// `TERM`, which selects the terminal's entry in terminfo.
    package var type: String
    /// Characters in a line.
    package var columns: Int
    /// Lines on the screen.
    package var rows: Int

    /// A terminal as it is when the command starts; `RemoteProcess.resize` tells of changes.
    package init(type: String, columns: Int, rows: Int) {
        self.type = type
        self.columns = columns
        self.rows = rows
    }
}

/// A command for the guest's shell.
package struct RemoteCommand: Sendable {
    /// What the shell is given; `nil` for a login shell. Quote words with `ShellWord`.
    package var text: String?
    /// Set by `export` in front of the command, as dropbear takes no variables. Not for login shells.
    package var environment: [String: String]
    /// Where its standard input comes from.
    package var input: RemoteInput
    /// Where its standard output goes. With a terminal, errors go there too.
    package var output: RemoteOutput
    /// Where its standard error goes. Nothing comes by it if there is a terminal.
    package var errorOutput: RemoteOutput
    /// `nil` for a command without a terminal.
    package var terminal: RemoteTerminal?

    /// By default a command reads nothing, and what it writes is collected into the result.
    ///
    /// - Parameter text: for the guest's shell; `nil` for a login shell.
    package init(
        _ text: String?, environment: [String: String] = [:], input: RemoteInput = .none,
        output: RemoteOutput = .collect(), errorOutput: RemoteOutput = .collect(), terminal: RemoteTerminal? = nil
    ) {
        self.text = text
        self.environment = environment
        self.input = input
        self.output = output
        self.errorOutput = errorOutput
        self.terminal = terminal
    }

    /// The text that is sent, with the environment in front.
    func shellText(node: String) throws -> String? {
        guard let text, !environment.isEmpty else { return text }
        let exports = try environment.sorted { $0.key < $1.key }.map { name, value in
            guard ShellWord.isVariableName(name) else {
                throw GuestError(
                    .commandFailed, node: node, "\"\(name)\" cannot be the name of an environment variable")
            }
            return "\(name)=\(ShellWord.quote(value))"
        }
        return "export \(exports.joined(separator: " ")); \(text)"
    }
}

/// How a remote command ended, and what it wrote if that was collected.
package struct RemoteResult: Sendable, Hashable {
    /// What the guest's SSH server says about the end.
    package enum Ending: Sendable, Hashable {
        case exited(Int32)
        /// `name` has no `SIG` in front: one of RFC 4254 (6.10), or what `SignalName` calls it.
        case signalled(name: String, coreDumped: Bool)
        /// The server closed the channel and said nothing; `GuestSession` finds out before anybody sees this.
        case unreported
    }

    /// How it ended. Whoever gets a result from `GuestSession` never sees `unreported`.
    package var ending: Ending
    /// What the command wrote to its standard output; empty unless that is collected.
    package var output: [UInt8] = []
    /// What it wrote to its standard error; empty unless that is collected.
    package var errorOutput: [UInt8] = []
    /// Whether more was written than the limit of `collect` allowed.
    var isTruncated = false

    /// Whether the exit code was 0. A command that a signal ended has not succeeded.
    package var succeeded: Bool { ending == .exited(0) }

    /// What a shell would show in `$?`: the exit code, or 128 and the number of the signal.
    package var exitCode: Int32 {
        switch ending {
        case .exited(let code): code
        case .signalled(let name, _): 128 + (SignalName.number(name) ?? 0)
        case .unreported: ExitStatus.failure.rawValue
        }
    }

    /// In words, what ended the command if that was a signal: `ended by SIGBUS (core dumped)`.
    package var signalText: String? {
        guard case .signalled(let name, let coreDumped) = ending else { return nil }
        return "ended by SIG\(name)" + (coreDumped ? " (core dumped)" : "")
    }

    /// The collected output as text, without the newlines at its end, as `$(…)` gives it.
    package var text: String { Self.text(output) }
    /// The collected standard error as text, without the newlines at its end.
    package var errorText: String { Self.text(errorOutput) }

    private static func text(_ bytes: [UInt8]) -> String {
        var end = bytes.endIndex
        while end > bytes.startIndex, bytes[end - 1] == UInt8(ascii: "\n") { end -= 1 }
        return ByteText.text(bytes[..<end])
    }
}

/// The signals that SSH knows (RFC 4254, 6.10).
package enum RemoteSignal: String, Sendable, CaseIterable {
    case abort = "ABRT"
    case alarm = "ALRM"
    case floatingPoint = "FPE"
    case hangup = "HUP"
    case illegal = "ILL"
    case interrupt = "INT"
    case kill = "KILL"
    case pipe = "PIPE"
    case quit = "QUIT"
    case segmentation = "SEGV"
    case terminate = "TERM"
    case user1 = "USR1"
    case user2 = "USR2"
}
