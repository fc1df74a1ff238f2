import Support

/// Gets from whatever a console shows to our loop: wakes it up, answers `login:` and `Password:`, and starts the loop.
struct ConsoleDialogue {
    let access: ConsoleSession.Access
    let line: ConsoleLine

    /// After how much silence a shell is asked for that shows no prompt of the usual kind. What is typed too early would be taken for
    /// somebody's name.
    var silenceBeforeProbe = Duration.seconds(3)

    /// As long as a console may be silent in the middle of what it says.
    private static let pause = Duration.milliseconds(400)
    /// How often a name may be asked for again.
    private static let attempts = 3

    private var names = 0
    private var isPasswordSent = false

    init(access: ConsoleSession.Access, line: ConsoleLine) {
        self.access = access
        self.line = line
    }

    /// Returns when the loop runs.
    ///
    /// - Throws: `ConsoleLine.Failure`; `GuestError` if the console does not let us in.
    mutating func enter(by deadline: ContinuousClock.Instant) throws {
        var lastWord = ContinuousClock.now
        line.clear()
        try line.send("\r", by: deadline)
        while true {
            let hasSpoken = try settle(by: deadline)
            if hasSpoken { lastWord = .now }
            switch ConsolePrompt(line.buffer) {
            case .login: try name(by: deadline)
            case .password: try password(by: deadline)
            case .shell where hasSpoken: if try startLoop(by: deadline) { return }
            case .shell, .unknown:
                try checkRefusal()
                if lastWord.duration(to: .now) >= silenceBeforeProbe {
                    if try startLoop(by: deadline) { return }
                    lastWord = .now
                } else if !hasSpoken {
                    try line.send("\r", by: deadline)
                }
            }
        }
    }

    /// Waits until the console has been silent for a moment; `false` if it has said nothing but echoes of what we type.
    private func settle(by deadline: ContinuousClock.Instant) throws -> Bool {
        var hasSpoken = false
        while true {
            let end = ContinuousClock.now + Self.pause
            do {
                let before = line.buffer.count
                try line.receive(until: min(end, deadline))
                if line.buffer[before...].contains(where: { $0 > 0x20 }) { hasSpoken = true }
            } catch ConsoleLine.Failure.late where .now < deadline {
                return hasSpoken
            }
        }
    }

    private mutating func name(by deadline: ContinuousClock.Instant) throws {
        try checkRefusal()
        if isPasswordSent { throw refused() }
        names += 1
        guard names <= Self.attempts else {
            throw GuestError(
                .authenticationRefused, node: access.node,
                "the console asks for a name again and again, and does not let \(access.user) in")
        }
        line.clear()
        try line.send(access.user + "\r", by: deadline)
    }

    private mutating func password(by deadline: ContinuousClock.Instant) throws {
        line.clear()
        // Somebody else's name stood there, perhaps a key of ours that came too early.
        guard names > 0 else { return try line.send("\r", by: deadline) }
        guard let password = access.password else {
            throw GuestError(
                .authenticationRefused, node: access.node, "the console asks for the password of \(access.user)",
                hint: "add `password:` to the node's `login:`")
        }
        if isPasswordSent { throw refused() }
        isPasswordSent = true
        try line.send(password + "\r", by: deadline)
    }

    private func checkRefusal() throws {
        guard isPasswordSent else { return }
        let text = ByteText.text(line.buffer).lowercased()
        if text.contains("incorrect") || text.contains("authentication failure") { throw refused() }
    }

    private func refused() -> GuestError {
        GuestError(
            .authenticationRefused, node: access.node,
            "the console does not let \(access.user) in with the password of `login:`",
            hint: "`popcorn-lab console \(access.node)` shows what it says")
    }

    /// Whether a shell is there, which then runs the loop.
    private func startLoop(by deadline: ContinuousClock.Instant) throws -> Bool {
        guard let found = try probe(by: deadline) else { return false }
        if found == "loop" { return true }
        line.clear()
        try line.send(ConsoleScript.loop + "\r", by: deadline)
        return try probe(by: deadline) != nil
    }

    /// What a shell says to a question: `loop` if it is ours; `nil` if nobody answers.
    private func probe(by deadline: ContinuousClock.Instant) throws -> String? {
        let mark = ConsoleMark()
        line.clear()
        try line.send("printf '\\n@%s%s%s;\\n' \(mark.halves) ${_pd:+.loop}\n", by: deadline)
        let end = min(deadline, .now + access.timeScale(.seconds(1)))
        while true {
            let text = ByteText.text(line.buffer)
            if let begin = text.range(of: "@\(mark.whole)"), let close = text[begin.upperBound...].firstIndex(of: ";") {
                return text[begin.upperBound..<close].contains("loop") ? "loop" : "shell"
            }
            // A prompt that comes instead is for the caller.
            let prompt = ConsolePrompt(line.buffer)
            if prompt == .password || prompt == .login { return nil }
            do {
                try line.receive(until: end)
            } catch ConsoleLine.Failure.late where .now < deadline {
                return nil
            }
        }
    }
}
