import FoundationEssentials
import Lab
import Regression
import Support

/// The suite that a command line names.
enum SuiteFile {
    /// A name without a slash and suffix is a suite of ours, unless there is such a file.
    ///
    /// - Throws: `RegressionError` if there is neither.
    static func path(of text: String, _ environment: LabEnvironment) throws -> String {
        guard !text.contains("/"), text.withBytes({ access($0, F_OK) }) != 0 else { return text }
        let folder = environment.share.configs + "/suites"
        for candidate in ["\(folder)/\(text).yaml", "\(folder)/\(text)"]
        where candidate.withBytes({ access($0, F_OK) }) == 0 {
            return candidate
        }
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
            $0.hasSuffix(".yaml")
        }
        .map { String($0.dropLast(".yaml".count)) }
        throw RegressionError(
            .badArgument, "there is no suite '\(text)'" + NearestName.suggestion(for: text, among: names),
            hint: "a file, or one of those that ship with popcorn-lab: \(names.sorted().joined(separator: ", "))")
    }
}
