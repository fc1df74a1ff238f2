import Support
import UserInput

/// A choice of cases in words: `program=is and not lab=mixed`, `tag=slow or fault!=none`, `tutorial/*`.
///
/// A term is `AXIS=GLOB`, `AXIS!=GLOB` or a glob over the case's id; terms are combined by `and`, `or`, `not` and
/// parentheses, in the usual order. The axes are those of `PlannedCase.axes`, and `tag`.
package struct CaseFilter: TextValue {
    private indirect enum Term: Hashable, Sendable {
        case id(Glob)
        case axis(String, Glob)
        case not(Term)
        case both(Term, Term)
        case either(Term, Term)
    }

    private let term: Term
    package let description: String

    package init(parsing text: String) throws(InputError) {
        var parser = FilterParser(text)
        term = try parser.whole()
        description = text
    }

    /// Whether it chooses a case.
    package func matches(_ one: SuiteCase) -> Bool { Self.holds(term, one) }

    static let axes = GroupReader.axisKeys + ["group", "tag"]

    private static func holds(_ term: Term, _ one: SuiteCase) -> Bool {
        switch term {
        case .id(let glob): return glob.matches(one.id)
        case .axis("tag", let glob): return one.tags.contains { glob.matches($0) }
        case .axis("group", let glob): return glob.matches(one.group)
        case .axis(let axis, let glob): return one.point.values[axis].map(glob.matches) ?? false
        case .not(let term): return !holds(term, one)
        case .both(let left, let right): return holds(left, one) && holds(right, one)
        case .either(let left, let right): return holds(left, one) || holds(right, one)
        }
    }

    /// Reads a filter from the left to the right.
    private struct FilterParser {
        private let text: String
        private var words: ArraySlice<String>

        /// More than people write, and less deep than the stack is, however they nest.
        private static let mostWords = 1000

        init(_ text: String) {
            self.text = text
            var words: [String] = []
            for part in text.split(separator: " ") {
                var rest = part
                while rest.first == "(" {
                    words.append("(")
                    rest.removeFirst()
                }
                var closing = 0
                while rest.last == ")" {
                    closing += 1
                    rest.removeLast()
                }
                if !rest.isEmpty { words.append(String(rest)) }
                words += Array(repeating: ")", count: closing)
            }
            self.words = words[...]
        }

        mutating func whole() throws(InputError) -> Term {
            guard words.count <= Self.mostWords else { throw problem("it has more than \(Self.mostWords) words") }
            let term = try either()
            if let word = words.first { throw problem("'\(word)' follows what is a filter by itself") }
            return term
        }

        private mutating func either() throws(InputError) -> Term {
            var term = try both()
            while take("or") { term = .either(term, try both()) }
            return term
        }

        private mutating func both() throws(InputError) -> Term {
            var term = try single()
            while take("and") { term = .both(term, try single()) }
            return term
        }

        private mutating func single() throws(InputError) -> Term {
            if take("not") { return .not(try single()) }
            if take("(") {
                let term = try either()
                guard take(")") else { throw problem("a parenthesis is not closed") }
                return term
            }
            guard let word = words.popFirst(), !["and", "or", ")"].contains(word) else {
                throw problem("a term is missing")
            }
            guard let equals = word.firstIndex(of: "=") else { return .id(Glob(word)) }
            var axis = word[..<equals]
            let isNot = axis.last == "!"
            if isNot { axis.removeLast() }
            guard CaseFilter.axes.contains(String(axis)) else {
                let nearest = NearestName.suggestion(for: String(axis), among: CaseFilter.axes)
                throw problem(
                    "there is no axis '\(axis)'\(nearest); there are \(CaseFilter.axes.joined(separator: ", "))")
            }
            let term = Term.axis(String(axis), Glob(String(word[word.index(after: equals)...])))
            return isNot ? .not(term) : term
        }

        private mutating func take(_ word: String) -> Bool {
            guard words.first == word else { return false }
            words.removeFirst()
            return true
        }

        private func problem(_ sentence: String) -> InputError {
            InputError(
                .invalidValue, "'\(text)' is no filter: \(sentence)",
                hint:
                    "terms such as program=is, lab!=mixed, tag=slow or tutorial/*, combined by and, or, not and parentheses"
            )
        }
    }
}

/// A pattern in which `*` stands for any characters and `?` for one.
struct Glob: Hashable, Sendable {
    private let pattern: [Character]

    init(_ pattern: String) { self.pattern = Array(pattern) }

    /// Whether all of `text` matches. A blank of `text` is matched by a hyphen too: a filter's words have no blanks.
    func matches(_ text: String) -> Bool {
        let text = Array(text)
        // The place to go back to: after the last star, and how much it has taken.
        var (place, index) = (0, 0)
        var star: (place: Int, index: Int)?
        while index < text.count {
            if place < pattern.count, pattern[place] == "*" {
                star = (place, index)
                place += 1
            } else if place < pattern.count, fits(pattern[place], text[index]) {
                place += 1
                index += 1
            } else if let last = star {
                star = (last.place, last.index + 1)
                place = last.place + 1
                index = last.index + 1
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == "*" }
    }

    private func fits(_ sign: Character, _ character: Character) -> Bool {
        sign == "?" || sign == character || (sign == "-" && character == " ")
    }
}
