import Support

/// A small linear program `rows · v ≤ bounds`, solved from the inside by Newton steps on a logarithmic barrier.
///
/// The rows are sparse (at most five columns), the columns few (two per node), the feasible set bounded. Why a barrier
/// and not a simplex: its point at rest is the analytic centre, which is the answer that the clock fit wants, and
/// stopped early it still says how far it is from the optimum (rows / weight, by duality).
struct LinearProgram {
    let columnCount: Int
    private var starts: [Int] = [0]
    private var columns: [Int] = []
    private var values: [Double] = []
    private(set) var bounds: [Double] = []
    /// Rows that may be violated if there is no other way.
    private var soft: [Bool] = []

    init(columnCount: Int) { self.columnCount = columnCount }

    var rowCount: Int { bounds.count }

    /// Adds the row `Σ value · v[column] ≤ bound`.
    mutating func add(_ terms: [(column: Int, value: Double)], atMost bound: Double, soft isSoft: Bool = false) {
        for term in terms {
            columns.append(term.column)
            values.append(term.value)
        }
        starts.append(columns.count)
        bounds.append(bound)
        soft.append(isSoft)
    }

    /// The same program with every soft row's bound raised.
    func relaxed(by amount: Double) -> LinearProgram {
        var copy = self
        for row in soft.indices where soft[row] { copy.bounds[row] += amount }
        return copy
    }

    /// The best that can be done about the soft rows: by how much the worst must be violated, and where.
    ///
    /// A violation of zero or less means that `point` is inside all rows. `start` must be inside the hard rows.
    func leastViolation(from start: [Double]) -> (violation: Double, point: [Double]) {
        var extended = LinearProgram(columnCount: columnCount + 1)
        for row in bounds.indices {
            var terms = (starts[row]..<starts[row + 1]).map { (column: columns[$0], value: values[$0]) }
            if soft[row] { terms.append((column: columnCount, value: -1)) }
            extended.add(terms, atMost: bounds[row])
        }
        let worst = zip(bounds.indices, slacks(at: start)).filter { soft[$0.0] }.map { -$0.1 }.max() ?? -1
        if worst < -Self.margin { return (worst, start) }
        var point = start + [worst + max(1, abs(worst) * 0.1)]
        var goal = [Double](repeating: 0, count: columnCount + 1)
        goal[columnCount] = 1
        var weight = Double(rowCount) / max(1, point[columnCount])
        for _ in 0..<60 {
            extended.descend(from: &point, goal: goal, weight: weight) { $0[columnCount] < -Self.margin }
            let violation = point[columnCount]
            if violation < -Self.margin { break }
            if Double(rowCount) / weight < 0.001 + 0.001 * violation { break }
            weight *= 10
        }
        return (point[columnCount], Array(point.dropLast()))
    }

    /// The analytic centre, from a point that is strictly inside.
    func center(from inside: [Double]) -> [Double] {
        var point = inside
        descend(from: &point, goal: [Double](repeating: 0, count: columnCount), weight: 0)
        return point
    }

    /// A number that `goal · v` cannot exceed inside the rows, and that is within a few parts in a hundred of the
    /// least.
    func upperBound(of goal: [Double], from center: [Double]) -> Double {
        var point = center
        let atCenter = dot(goal, center)
        let downhill = goal.map { -$0 }
        // Seen from the centre, the rows' ellipsoid says how far the goal reaches at least: start at that scale.
        let reach = derivatives(goal: downhill, weight: 1, slack: slacks(at: center)).hessian.solve(goal)
        var weight = 1 / max(1e-6, reach.map { dot(goal, $0) }.map { max(0, $0).squareRoot() } ?? 1e6)
        var bound = Double.infinity
        for _ in 0..<12 {
            guard descend(from: &point, goal: downhill, weight: weight) else { break }
            let value = dot(goal, point)
            let gap = Double(rowCount) / weight
            bound = min(bound, value + gap)
            if gap < max(0.02, 0.03 * (value - atCenter)) { break }
            weight *= 20
        }
        return bound
    }

    /// How far inside counts as inside, in the rows' unit (µs).
    private static let margin = 0.001

    private func dot(_ left: [Double], _ right: [Double]) -> Double {
        var sum = 0.0
        for index in left.indices { sum += left[index] * right[index] }
        return sum
    }

    private func slacks(at point: [Double]) -> [Double] {
        var result = bounds
        for row in bounds.indices {
            for place in starts[row]..<starts[row + 1] { result[row] -= values[place] * point[columns[place]] }
        }
        return result
    }

    private func cost(_ goal: [Double], _ weight: Double, _ point: [Double], _ slacks: [Double]) -> Double {
        var sum = weight == 0 ? 0 : weight * dot(goal, point)
        for slack in slacks {
            if slack <= 0 { return .infinity }
            sum -= log(slack)
        }
        return sum
    }

    /// Of `weight · goal · v − Σ log(slack)`.
    private func derivatives(
        goal: [Double], weight: Double, slack: [Double]
    ) -> (gradient: [Double], hessian: SymmetricMatrix) {
        var gradient = goal.map { $0 * weight }
        var hessian = SymmetricMatrix(size: columnCount)
        for row in bounds.indices {
            let inverse = 1 / slack[row]
            for left in starts[row]..<starts[row + 1] {
                gradient[columns[left]] += values[left] * inverse
                for right in starts[row]...left {
                    hessian.add(values[left] * values[right] * inverse * inverse, columns[left], columns[right])
                }
            }
        }
        return (gradient, hessian)
    }

    /// Newton's method on `weight · goal · v − Σ log(slack)`; false if it did not come to rest.
    @discardableResult
    private func descend(
        from point: inout [Double], goal: [Double], weight: Double, until enough: ([Double]) -> Bool = { _ in false }
    ) -> Bool {
        var slack = slacks(at: point)
        var current = cost(goal, weight, point, slack)
        for _ in 0..<80 {
            if enough(point) { return true }
            let (gradient, hessian) = derivatives(goal: goal, weight: weight, slack: slack)
            guard let step = hessian.solve(gradient) else { return false }
            let decrement = dot(gradient, step)
            if decrement < 1e-7 { return true }
            var length = 1.0
            var moved = false
            for _ in 0..<60 {
                var candidate = point
                for index in candidate.indices { candidate[index] -= length * step[index] }
                let candidateSlack = slacks(at: candidate)
                let value = cost(goal, weight, candidate, candidateSlack)
                if value < current - 0.1 * length * decrement {
                    (point, slack, current, moved) = (candidate, candidateSlack, value, true)
                    break
                }
                length /= 2
            }
            // No step helps any more: rest, as far as the numbers can tell.
            if !moved { return decrement < 1e-3 }
        }
        return false
    }
}

/// A symmetric positive definite matrix, its lower triangle row by row.
struct SymmetricMatrix {
    private let size: Int
    private var values: [Double]

    init(size: Int) {
        self.size = size
        values = [Double](repeating: 0, count: size * size)
    }

    mutating func add(_ value: Double, _ row: Int, _ column: Int) {
        values[max(row, column) * size + min(row, column)] += value
    }

    /// The solution of `matrix · x = right`, by Cholesky's decomposition; `nil` if the matrix is singular.
    func solve(_ right: [Double]) -> [Double]? {
        var factor = values
        for row in 0..<size {
            for column in 0...row {
                var sum = factor[row * size + column]
                for inner in 0..<column { sum -= factor[row * size + inner] * factor[column * size + inner] }
                if row == column {
                    guard sum > 0, sum.isFinite else { return nil }
                    factor[row * size + row] = sum.squareRoot()
                } else {
                    factor[row * size + column] = sum / factor[column * size + column]
                }
            }
        }
        var solution = right
        for row in 0..<size {
            for inner in 0..<row { solution[row] -= factor[row * size + inner] * solution[inner] }
            solution[row] /= factor[row * size + row]
        }
        for row in stride(from: size - 1, through: 0, by: -1) {
            for inner in (row + 1)..<size { solution[row] -= factor[inner * size + row] * solution[inner] }
            solution[row] /= factor[row * size + row]
        }
        return solution
    }
}
