import Results

extension ReportPage {
    /// Program by schedule, a table for each lab; a cell sums up where threads start, repetitions, and arguments' cases.
    func matrix() throws -> PageSection? {
        guard !results.cases.isEmpty else { return nil }
        var labs: [String: Grid] = [:]
        var order: [String] = []
        for one in results.cases {
            let lab = one.plan.axes["lab"] ?? ""
            if labs[lab] == nil { order.append(lab) }
            labs[lab, default: Grid()].add(one)
        }
        let legend = Mark.allCases.map { ["kind": $0.rawValue, "sign": $0.sign, "words": $0.words] }
        let tables: [[String: Any]] = order.map { lab in
            let grid = labs[lab] ?? Grid()
            return ["name": lab.isEmpty ? "any" : lab, "columns": grid.columns.order, "rows": grid.rowValues]
        }
        return PageSection(
            id: "matrix", title: "Matrix",
            body: try PageTemplate(PageParts.matrix).text(["legend": legend, "labs": tables]))
    }
}

/// The cases of one lab by program and schedule.
private struct Grid {
    /// Names in the order in which they come.
    struct Axis {
        private(set) var order: [String] = []
        private var known: Set<String> = []

        mutating func add(_ name: String) { if known.insert(name).inserted { order.append(name) } }
    }

    private struct Place: Hashable {
        var row: String
        var column: String
    }

    private(set) var rows = Axis()
    private(set) var columns = Axis()
    private var cells: [Place: [CaseResult]] = [:]

    mutating func add(_ one: CaseResult) {
        let axes = one.plan.axes
        let row = Self.joined([axes["group"].map { $0 + ":" }, axes["program"], axes["arguments"]], " ")
        let fault = axes["fault"].flatMap { $0 == "none" || $0.isEmpty ? nil : $0 }
        let column = Self.joined([axes["migrate"], fault], " + ")
        rows.add(row)
        columns.add(column)
        cells[Place(row: row, column: column), default: []].append(one)
    }

    private static func joined(_ parts: [String?], _ separator: String) -> String {
        let text = parts.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: separator)
        return text.isEmpty ? "any" : text
    }

    var rowValues: [[String: Any]] {
        rows.order.map { row in
            let marked = columns.order.map { ["marks": marks(of: cells[Place(row: row, column: $0)] ?? [])] }
            return ["name": row, "cells": marked]
        }
    }

    private func marks(of cases: [CaseResult]) -> [[String: Any]] {
        Mark.allCases.compactMap { mark in
            let members = cases.filter { Mark($0) == mark }
            guard let first = members.first else { return nil }
            return [
                "kind": mark.rawValue, "sign": mark.sign, "words": mark.words, "count": "\(members.count)",
                "anchor": PageLink.anchor(ofCase: first.plan.id),
            ]
        }
    }
}
