import Support
import UserInput

extension Suite {
    /// All cases, in the order of the file: groups, then the axes with the last varying fastest.
    ///
    /// - Throws: `InputError` that lists what does not go together: nodes that a lab does not have, selections that select
    ///   nothing, two cases of one id.
    package func cases() throws(InputError) -> [SuiteCase] {
        var problems: [String] = []
        let cases = groups.flatMap { GroupExpansion(group: $0).cases(&problems) }
        var ids: Set<String> = []
        for one in cases where !ids.insert(one.id).inserted { problems.append("two cases have the id '\(one.id)'") }
        guard problems.isEmpty else {
            throw InputError(
                .inconsistent,
                "\(file): the suite does not fit together\n" + problems.map { "  " + $0 }.joined(separator: "\n"))
        }
        return cases
    }
}

/// The combinations of one group.
private struct GroupExpansion {
    let group: CaseGroup

    /// A combination, with what inclusions add to it.
    private struct Combination {
        var point: CaseGroup.Point
        var tags: [String]
        var expectation: Expectation
    }

    func cases(_ problems: inout [String]) -> [SuiteCase] {
        var combinations = product.map { Combination(point: $0, tags: group.tags, expectation: group.expectation) }
        for selection in group.exclude {
            let left = combinations.filter { !selection.covers($0.point) }
            if left.count == combinations.count { problems.append("\(selection.path) excludes nothing") }
            combinations = left
        }
        for selection in group.include { include(selection, &combinations, &problems) }
        if combinations.isEmpty { problems.append("group '\(group.name)' has no cases left") }
        return combinations.flatMap { combination -> [SuiteCase] in
            problems += NodeCheck(combination.point, combination.expectation).problems.map {
                "group '\(group.name)': \($0)"
            }
            return (1...group.repetitions).map { repetition in
                SuiteCase(
                    id: CaseName(group.name, combination.point, repetition, of: group.repetitions).text,
                    group: group.name,
                    point: combination.point, repetition: repetition, tags: combination.tags,
                    expectation: combination.expectation, figures: group.figures)
            }
        }
    }

    private var product: [CaseGroup.Point] {
        let axes = group.axes
        return axes.programs.flatMap { program in
            axes.arguments.flatMap { arguments in
                axes.labs.flatMap { lab in
                    axes.starts.flatMap { start in
                        axes.schedules.flatMap { schedule in
                            axes.faults.map { fault in
                                CaseGroup.Point(
                                    program: program, arguments: arguments, lab: lab,
                                    start: start.isEmpty ? lab.spec.nodes[0].name : start, schedule: schedule,
                                    fault: fault)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Adds to the combinations that it covers; if there are none, it is one itself, with the first value of each axis that
    /// it does not give.
    private func include(
        _ selection: CaseGroup.Selection, _ combinations: inout [Combination], _ problems: inout [String]
    ) {
        var isNew = true
        for index in combinations.indices where selection.covers(combinations[index].point) {
            isNew = false
            combinations[index].tags += selection.tags
            combinations[index].expectation = selection.expectation.completed(by: combinations[index].expectation)
        }
        guard isNew else { return }
        guard let point = selection.point(in: group) else {
            return problems.append(
                "\(selection.path) names a program, lab or fault that group '\(group.name)' does not list")
        }
        combinations.append(
            Combination(
                point: point, tags: group.tags + selection.tags,
                expectation: selection.expectation.completed(by: group.expectation)))
    }
}

extension CaseGroup.Point {
    /// As the file writes them, by the axis's key.
    package var values: [String: String] {
        [
            "program": program.name, "arguments": arguments, "lab": lab.name, "start": start,
            "migrate": schedule.description, "fault": fault.name,
        ]
    }
}

extension CaseGroup.Selection {
    fileprivate func covers(_ point: CaseGroup.Point) -> Bool {
        let all = point.values
        return values.allSatisfy { all[$0.key] == $0.value }
    }

    /// Arguments, start and schedule may be new; the others have to be defined.
    fileprivate func point(in group: CaseGroup) -> CaseGroup.Point? {
        func pick<Value>(_ key: String, _ all: [Value], _ name: (Value) -> String) -> Value? {
            guard let wanted = values[key] else { return all.first }
            return all.first { name($0) == wanted }
        }
        guard let program = pick("program", group.axes.programs, \.name),
            let lab = pick("lab", group.axes.labs, \.name),
            let fault = pick("fault", group.axes.faults + [.none], \.name),
            let schedule = values["migrate"].map({ MoveSchedule($0) }) ?? group.axes.schedules.first
        else { return nil }
        let start = values["start"] ?? group.axes.starts.first { !$0.isEmpty } ?? lab.spec.nodes[0].name
        return CaseGroup.Point(
            program: program, arguments: values["arguments"] ?? group.axes.arguments.first ?? "", lab: lab,
            start: start,
            schedule: schedule, fault: fault)
    }
}

/// Whether a lab has all nodes that a case names.
private struct NodeCheck {
    let problems: [String]

    init(_ point: CaseGroup.Point, _ expectation: Expectation) {
        var problems: [String] = []
        func check(_ node: String, _ place: String) {
            do {
                _ = try point.lab.spec.nodeID(node)
            } catch {
                problems.append("\(place): \(error.summary)")
            }
        }
        check(point.start, "start")
        for step in point.fault.steps { if let node = step.node { check(node, "fault '\(point.fault.name)'") } }
        for line in expectation.kernelLines { if let node = line.node { check(node, "dmesg") } }
        self.problems = problems
    }
}

/// The id of a case: its place in the matrix, in words that need no quoting in a shell and make a path.
struct CaseName {
    let text: String

    init(_ group: String, _ point: CaseGroup.Point, _ repetition: Int, of repetitions: Int) {
        var parts = [group, point.program.name, point.lab.name, point.start, point.schedule.description]
        if point.fault.name != FaultPlan.none.name { parts.append(point.fault.name) }
        if !point.arguments.isEmpty { parts.append(point.arguments) }
        if repetitions > 1 { parts.append("\(repetition)") }
        text = parts.map(Self.part).joined(separator: "/")
    }

    private static let longest = 40

    /// A blank becomes a hyphen; what else a path or a shell may take amiss too, and then a digest tells texts apart that
    /// look alike.
    private static func part(_ text: String) -> String {
        var isExact = !text.isEmpty && text.utf8.count <= longest && text != "." && text != ".."
        let safe = text.prefix(longest).map { character -> Character in
            if character.isASCII, character.isLetter || character.isNumber || "-_.:+=,%@".contains(character) {
                return character
            }
            if character != " " { isExact = false }
            return "-"
        }
        return isExact ? String(safe) : String(safe) + "~" + SHA256.hex(of: Array(text.utf8)).prefix(6)
    }
}
