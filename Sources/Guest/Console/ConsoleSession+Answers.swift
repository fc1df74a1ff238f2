import Support

/// Questions to our loop in the guest's shell, and its answers, each behind a mark of its own.
extension ConsoleSession {
    /// Bytes a second that the slowest line brings.
    private static let slowest = 1 << 10
    /// Silence after which an answer that takes no time is given up, and a line counts as lost.
    var patience: Duration { access.timeScale(.seconds(4)) }

    /// - Parameter bytes: what has to come through before there can be an answer.
    func limit(_ deadline: ContinuousClock.Instant?, bytes: Int = 0) -> ContinuousClock.Instant {
        let own = ContinuousClock.now + patience + .seconds(bytes / Self.slowest)
        return deadline.map { min($0, own) } ?? own
    }

    func send(_ text: String, by deadline: ContinuousClock.Instant?) throws {
        line.clear()
        try line.send(text + "\n", by: limit(deadline, bytes: text.utf8.count))
    }

    /// What a line of shell answers behind its mark; `$1 $2` in it are the mark's halves.
    ///
    /// - Parameters:
    ///   - interrupting: whether the line runs a command of the user, for which the guest is waited for, and which is interrupted when
    ///     that has to end.
    ///   - isRight: an answer that is not is an error.
    func answer(
        _ text: String, by deadline: ContinuousClock.Instant?, interrupting: Bool = false,
        isRight: ([String]) -> Bool = { _ in true }
    ) throws -> [String] {
        let mark = ConsoleMark()
        try send(text.replacing("$1 $2", with: mark.halves), by: deadline)
        do {
            let words = try words(after: mark, by: interrupting ? deadline : limit(deadline))
            guard isRight(words) else { throw damaged("an answer") }
            return words
        } catch let failure as ConsoleLine.Failure {
            if interrupting { if case .closed = failure {} else { try? recover() } }
            throw failure
        }
    }

    func words(after mark: ConsoleMark, by deadline: ContinuousClock.Instant?) throws -> [String] {
        while true {
            let lines = try lines(until: ";", by: deadline)
            if let line = lines.last, let begin = line.range(of: "@\(mark.whole)") {
                return line[begin.upperBound...].dropLast().split(separator: " ").map(String.init)
            }
        }
    }

    /// The lines up to one that ends in `end`, which is taken.
    func lines(until end: String, by deadline: ContinuousClock.Instant?) throws -> [String] {
        var taken: [String] = []
        while true {
            while let newline = line.buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let text = ConsoleText.plain(ByteText.text(Array(line.buffer[..<newline])))
                line.drop(newline + 1)
                taken.append(text)
                if text.hasSuffix(end) { return taken }
            }
            try line.receive(until: deadline)
        }
    }

    /// Interrupts whatever runs, and finds out whether the loop still listens.
    ///
    /// - Throws: `ConsoleLine.Failure` if not: then the session is of no use any more.
    func recover() throws {
        line.cancelled.take()
        do {
            // What the guest may still wait for ends with an empty line or with the interruption; the loop outlives neither everywhere.
            try line.send("\u{3}\n", by: .now + patience)
            var dialogue = ConsoleDialogue(access: access, line: line)
            dialogue.silenceBeforeProbe = .zero
            try dialogue.enter(by: .now + patience)
            try define(by: .now + patience)
        } catch {
            end(
                GuestError(
                    .connectionLost, node: access.node, "the console does not come back from what was run on it",
                    hint: "`popcorn-lab console \(access.node)` shows it"))
            throw error
        }
    }

    func damaged(_ what: String) -> GuestError {
        GuestError(
            .transferFailed, node: access.node, "\(what) was damaged on the console \(Self.attempts) times in turn",
            hint:
                "something in the guest writes to the console all the time: `popcorn-lab logs --serial \(access.node)`")
    }
}
