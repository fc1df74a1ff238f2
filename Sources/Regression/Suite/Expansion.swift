import UserInput

extension Suite {
    /// More than any machine runs in a night; a matrix that is larger is a mistake.
    static let mostCases = 100_000

    /// All cases, in the order of the file: groups, then the axes with the last varying fastest.
    ///
    /// - Throws: `InputError` that lists what does not go together: nodes that a lab does not have, selections that select
    ///   nothing, two cases of one id. A suite that was read from a file has none of that.
    package func cases() throws(InputError) -> [SuiteCase] {
        let (cases, problems) = expanded
        guard problems.isEmpty else {
            throw InputError(
                .inconsistent,
                "\(file): the suite does not fit together\n"
                    + problems.map { "  \($0.path): \($0.message)" }.joined(separator: "\n"))
        }
        return cases
    }

    /// The cases, and what does not go together, each once.
    var expanded: (cases: [SuiteCase], problems: [SuiteProblem]) {
        var problems: [SuiteProblem] = []
        var cases: [SuiteCase] = []
        var ids: Set<String> = []
        for group in groups {
            guard cases.count + group.mostCases <= Self.mostCases else {
                problems.append(
                    SuiteProblem(
                        group.path, "the suite has more than \(Self.mostCases) cases with group '\(group.name)'"))
                break
            }
            for one in GroupExpansion(suite: self, group: group).cases(&problems) {
                if ids.insert(one.id).inserted {
                    cases.append(one)
                } else {
                    problems.append(SuiteProblem(group.path, "two cases have the id '\(one.id)'"))
                }
            }
        }
        var told: Set<SuiteProblem> = []
        return (cases, problems.filter { told.insert($0).inserted })
    }
}

/// Two parts of a suite that do not go together.
struct SuiteProblem: Hashable {
    /// The place in the file, such as `cases[1].start`.
    let path: String
    let message: String

    init(_ path: String, _ message: String) {
        self.path = path
        self.message = message
    }
}

extension CaseGroup {
    /// How many cases it has without its exclusions; huge numbers stay huge.
    fileprivate var mostCases: Int {
        let axes = [
            axes.programs.count, axes.arguments.count, axes.labs.count, axes.starts.count, axes.schedules.count,
            axes.faults.count,
        ]
        return axes.reduce(repetitions) { product, count in
            let (result, overflow) = product.multipliedReportingOverflow(by: count)
            return overflow ? Suite.mostCases + 1 : min(result, Suite.mostCases + 1)
        } + include.count * repetitions
    }
}

/// The combinations of one group.
private struct GroupExpansion {
    let suite: Suite
    let group: CaseGroup

    /// A combination, with what inclusions add to it.
    private struct Combination {
        var point: CaseGroup.Point
        var tags: [String]
        var expectation: Expectation
        /// What made it, in the file.
        var path: String
    }

    func cases(_ problems: inout [SuiteProblem]) -> [SuiteCase] {
        var combinations = product.map {
            Combination(point: $0, tags: group.tags, expectation: group.expectation, path: group.path)
        }
        for selection in group.exclude {
            let left = combinations.filter { !selection.covers($0.point) }
            if left.count == combinations.count {
                problems.append(SuiteProblem(selection.path, "this excludes nothing"))
            }
            combinations = left
        }
        for selection in group.include { include(selection, &combinations, &problems) }
        if combinations.isEmpty { problems.append(SuiteProblem(group.path, "group '\(group.name)' has no cases left")) }
        return combinations.flatMap { combination -> [SuiteCase] in
            problems += CombinationCheck(group, combination.point, combination.expectation, combination.path).problems
            var tags: Set<String> = []
            let ownTags = combination.tags.filter { tags.insert($0).inserted }
            return (1...group.repetitions).map { repetition in
                SuiteCase(
                    id: CaseName(group.name, combination.point, repetition, of: group.repetitions).text,
                    group: group.name,
                    point: combination.point, repetition: repetition, tags: ownTags,
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

    /// Adds to the combinations that it covers; if there are none, it is one itself, with the group's first value of each axis
    /// that it does not give.
    private func include(
        _ selection: CaseGroup.Selection, _ combinations: inout [Combination], _ problems: inout [SuiteProblem]
    ) {
        let covered = combinations.indices.filter { selection.covers(combinations[$0].point) }
        for index in covered {
            combinations[index].tags += selection.tags
            combinations[index].expectation = selection.expectation.completed(by: combinations[index].expectation)
        }
        if !covered.isEmpty {
            if selection.tags.isEmpty, selection.expectation == Expectation() {
                problems.append(SuiteProblem(selection.path, "this adds nothing to what is there already"))
            }
            return
        }
        guard let point = selection.point(in: group, of: suite) else {
            return problems.append(SuiteProblem(selection.path, "this names what the suite does not define"))
        }
        combinations.append(
            Combination(
                point: point, tags: group.tags + selection.tags,
                expectation: selection.expectation.completed(by: group.expectation), path: selection.path))
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

    /// Its values need not be the group's; programs, labs and faults have to be the suite's.
    fileprivate func point(in group: CaseGroup, of suite: Suite) -> CaseGroup.Point? {
        func pick<Value>(_ key: String, _ usual: [Value], _ all: [Value], _ name: (Value) -> String) -> Value? {
            guard let wanted = values[key] else { return usual.first }
            return all.first { name($0) == wanted }
        }
        guard let program = pick("program", group.axes.programs, suite.programs, \.name),
            let lab = pick("lab", group.axes.labs, suite.labs, \.name),
            let fault = pick("fault", group.axes.faults, suite.faults + [.none], \.name),
            let schedule = values["migrate"].map({ MoveSchedule($0) }) ?? group.axes.schedules.first
        else { return nil }
        let start = values["start"] ?? group.axes.starts.first { !$0.isEmpty } ?? lab.spec.nodes[0].name
        return CaseGroup.Point(
            program: program, arguments: values["arguments"] ?? group.axes.arguments.first ?? "", lab: lab,
            start: start,
            schedule: schedule, fault: fault)
    }
}
