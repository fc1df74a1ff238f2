import UserInput

/// How large a count may be, as suites write it: `20`, `20..40`, `20..`, `..40`; both ends are allowed.
package struct Bounds: TextValue {
    /// `nil` for none.
    package var least: Int?
    /// `nil` for none.
    package var most: Int?

    package init(parsing text: String) throws(InputError) {
        let ends = text.split(separator: "..", omittingEmptySubsequences: false).map(String.init)
        switch ends.count {
        case 1:
            least = Int(digits: text)
            most = least
        case 2:
            least = Int(digits: ends[0])
            most = Int(digits: ends[1])
            if least == nil && !ends[0].isEmpty || most == nil && !ends[1].isEmpty { (least, most) = (nil, nil) }
        default: (least, most) = (nil, nil)
        }
        guard least != nil || most != nil else {
            throw InputError(.invalidValue, "'\(text)' is no range of counts; expected N, N..M, N.. or ..M")
        }
        if let least, let most, least > most {
            throw InputError(.invalidValue, "'\(text)' holds no count: \(least) is larger than \(most)")
        }
    }

    /// Whether a count is within.
    package func contains(_ count: Int) -> Bool { count >= least ?? .min && count <= most ?? .max }

    package var description: String {
        least == most ? "\(least ?? 0)" : "\(least.map(String.init) ?? "")..\(most.map(String.init) ?? "")"
    }
}
