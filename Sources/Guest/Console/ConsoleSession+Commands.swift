import Support

/// Commands, one at a time, with what they read and write.
extension ConsoleSession {
    /// One that is damaged on its way is typed again; it has not run then.
    private func run(_ text: String, by deadline: ContinuousClock.Instant?) throws -> (
        code: Int32, output: Int, errors: Int
    ) {
        var text = text
        if text.utf8.count > Self.lineLength - 200 || !text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) {
            try put(Array(text.utf8), into: "$_pd/c", by: deadline)
            text = ". $_pd/c"
        }
        for _ in 0..<Self.attempts {
            let words = try answer(
                "_px $1 $2 \(text.utf8.count) \(ShellWord.quote(text))", by: deadline, interrupting: true)
            if words == ["bad"] { continue }
            guard words.count == 3, let code = Int32(words[0]), let output = Int(words[1]), let errors = Int(words[2])
            else {
                continue
            }
            return (code, output, errors)
        }
        throw damaged("a command")
    }

    func perform(_ command: RemoteCommand, _ deadline: ContinuousClock.Instant?) throws -> RemoteResult {
        guard let text = try command.shellText(node: access.node), command.terminal == nil else {
            throw GuestError(
                .refused, node: access.node, "the console runs no second shell",
                hint: "`popcorn-lab console \(access.node)` is the shell that it has")
        }
        let input = try ConsoleInput.bytes(of: command.input, cancelled: line.cancelled)
        if !input.isEmpty { try put(input, into: "$_pd/i", by: deadline) }
        let (code, output, errors) = try run(text, by: deadline)
        if !input.isEmpty { try line.send(": >$_pd/i\n", by: .now + patience) }
        var result = RemoteResult(ending: .exited(code))
        // Nothing runs any more that the deadline could end.
        try deliver("$_pd/o", output, to: command.output) { result.output = $0 }
        try deliver("$_pd/e", errors, to: command.errorOutput) { result.errorOutput = $0 }
        return result
    }

    private func deliver(_ path: String, _ size: Int, to output: RemoteOutput, collect: ([UInt8]) -> Void) throws {
        if case .discard = output { return }
        if case .collect(let limit) = output {
            return collect(Array(try bytes(of: path, size: min(size, limit), by: nil)))
        }
        let drain = OutputDrain(output)
        var offset = 0
        while offset < size {
            let piece = try self.piece(offset / Self.pieceBytes, of: path, by: nil)
            if piece.isEmpty { break }
            try ConsoleInput.pour(piece, into: drain, cancelled: line.cancelled)
            offset += piece.count
        }
        drain.finish()
    }
}
