/// A random word by which an answer is told from everything else on a console. Its halves are typed apart from each other, and only the
/// guest puts them together.
struct ConsoleMark {
    /// As it stands in the answer.
    let whole: String
    /// As two words of a shell.
    let halves: String

    init() {
        let letters = Array("abcdefghjkmnpqrstuvwxyz23456789")
        whole = String((0..<12).map { _ in letters.randomElement() ?? "x" })
        halves = "\(whole.prefix(6)) \(whole.suffix(6))"
    }
}
