import Results
import Support

/// Compares what was seen of a case with what its suite expects.
struct Judge {
    let one: SuiteCase
    /// What the same binary wrote unmoved, if the suite asks for it.
    var unmigrated: (stdout: [UInt8], stderr: [UInt8])?
    /// What ships with the program, as a comparison: the problem's sentences, none if it is the same.
    var shipped: (@Sendable ([UInt8]) -> [String])?

    private var expectation: Expectation { one.expectation }

    /// All that is wrong; nothing for a case that passed.
    func problems(of seen: CaseObservation) -> [Problem] {
        var problems = seen.problems
        problems += deaths(seen)
        problems += ending(seen)
        for (kind, content, name) in [
            (Problem.Kind.stdout, seen.stdout, "output"), (.stderr, seen.stderr, "error output"),
        ] {
            if content.isTruncated {
                problems.append(
                    Problem(.outputLimit, "its \(name) is longer than \(content.bytes) bytes, which are kept"))
            }
            if let failure = content.failure {
                problems.append(Problem(.host, "its \(name) could not be kept: \(failure.sentence)"))
            }
            // A program that was cut off has not written what it would have, and what the host lost is no fault of its.
            if hasEnded(seen), !content.isTruncated, content.failure == nil { problems += text(content, kind) }
        }
        problems += KernelJudge(one: one).problems(of: seen.kernelMessages)
        if hasEnded(seen) { problems += counts(seen) + stillness(seen) }
        for (node, sentences) in seen.leftovers.sorted(by: { $0.key < $1.key }) where !one.point.victims.contains(node)
        {
            problems.append(
                Problem(.leftovers, node: node, "not everything is gone with the program", details: sentences))
        }
        return problems
    }

    private func hasEnded(_ seen: CaseObservation) -> Bool {
        switch seen.ending {
        case .exited, .signalled: true
        case .timedOut, .abandoned, .lost: false
        }
    }

    private func deaths(_ seen: CaseObservation) -> [Problem] {
        seen.deaths.filter { !one.point.victims.contains($0.node) }.map {
            Problem(.guestDied, node: $0.node, $0.summary)
        }
    }

    private func ending(_ seen: CaseObservation) -> [Problem] {
        let expected = expectation.ending ?? .exit(0)
        switch (seen.ending, expected) {
        case (.timedOut, _): return [Problem(.timeLimit, "it did not end within its time")]
        case (.lost(let sentence), _): return [Problem(.host, "the connection to it was lost: \(sentence)")]
        case (_, .any): return []
        // Whatever else ended it is told already.
        case (.abandoned, _) where seen.deaths.contains { !one.point.victims.contains($0.node) } || seen.isTooLong:
            return []
        case (.exited(let code), .exit(let wanted)) where code == wanted: return []
        case (.signalled(let name), .signal(let wanted)) where name == wanted: return []
        case (let seen, _): return [Problem(.exit, "it ended \(Self.words(seen)), not \(Self.words(expected))")]
        }
    }

    private static func words(_ ending: CaseObservation.Ending) -> String {
        switch ending {
        case .exited(let code): "with exit code \(code)"
        case .signalled(let name): "by \(name)"
        case .abandoned: "together with its guest"
        case .timedOut, .lost: "by force"
        }
    }

    private static func words(_ ending: Expectation.Ending) -> String {
        switch ending {
        case .exit(let code): "with exit code \(code)"
        case .signal(let name): "by \(name)"
        case .any: "somehow"
        }
    }

    private func text(_ content: BoundedOutput.Content, _ kind: Problem.Kind) -> [Problem] {
        guard let expected = kind == .stdout ? expectation.stdout : expectation.stderr, expected != .any else {
            return []
        }
        do {
            let bytes = try content.read()
            switch expected {
            case .any: return []
            case .exact(let text): return Self.difference(bytes, Array(text.utf8), kind, "expected")
            case .golden(let path):
                return Self.difference(bytes, Array(try AtomicFile.contents(of: path)), kind, "in \(path)")
            case .matches(let pattern):
                guard !pattern.matches(ByteText.text(bytes)) else { return [] }
                return [Problem(kind, "it does not match \(pattern)", details: Self.end(of: bytes))]
            case .unmigrated:
                guard let unmigrated else {
                    return [Problem(.build, "there is no run that was not moved to compare with")]
                }
                let wanted = kind == .stdout ? unmigrated.stdout : unmigrated.stderr
                return Self.difference(bytes, wanted, kind, "written by the run that was not moved")
            case .shipped:
                guard let shipped else { return [Problem(.build, "what it should print is not known")] }
                let details = shipped(bytes)
                return details.isEmpty
                    ? [] : [Problem(kind, "it is not what the program should print", details: details)]
            }
        } catch {
            return [Problem(.host, "outputs cannot be compared: \(error.sentence)")]
        }
    }

    private static func difference(
        _ bytes: [UInt8], _ wanted: [UInt8], _ kind: Problem.Kind, _ what: String
    ) -> [Problem] {
        guard let difference = OutputDifference(got: bytes, expected: wanted) else { return [] }
        return [Problem(kind, "line \(difference.line) is not what is \(what)", details: difference.details)]
    }

    /// The last lines with something in them, of what may be megabytes.
    private static func end(of bytes: [UInt8]) -> [String] {
        bytes.suffix(1 << 16).split(separator: 0x0a).suffix(5).map { ByteText.text($0.prefix(400)) }
    }

    private func counts(_ seen: CaseObservation) -> [Problem] {
        expectation.counts.sorted { $0.key < $1.key }.compactMap { name, bounds in
            guard let count = seen.counts[name] else { return Problem(.host, "\(name) was not counted") }
            return bounds.contains(count) ? nil : Problem(.bounds, "\(name): \(count), not \(bounds)")
        }
    }

    /// A program that somebody was to move, and that never moved, has shown nothing, whatever it printed.
    private func stillness(_ seen: CaseObservation) -> [Problem] {
        guard expectation.counts["hops"] == nil, one.point.victims.isEmpty, let hops = seen.counts["hops"] else {
            return []
        }
        // Programs of other compilers do not know our word for that.
        if one.point.schedule == .none, hops > 0 {
            return [
                Problem(
                    .bounds, "it was not to move, and made \(hops) \(hops == 1 ? "hop" : "hops")",
                    details: ["`migrate: own` lets it, and `counts: {hops: 0..}` allows it"])
            ]
        }
        guard one.point.schedule.isDriven, hops == 0 else { return [] }
        return [
            Problem(
                .bounds, "it was to move (\(one.point.schedule)), and never did",
                details: ["does it end too early? `counts: {hops: 0..}` allows it"])
        ]
    }
}

extension CaseGroup.Point {
    /// The names of the nodes that the case's fault takes away, whatever the suite calls them.
    var victims: Set<String> {
        Set(fault.victims.compactMap { text in (try? lab.spec.nodeID(text)).map { lab.spec.nodes[$0].name } })
    }

    /// A node's name, by what the suite calls it.
    func nodeName(_ text: String) -> String { (try? lab.spec.nodeID(text)).map { lab.spec.nodes[$0].name } ?? text }
}
