import FoundationEssentials
import Support
import Topology
import UserInput

/// The kernel interfaces that labs can name: the user's own, then those that ship with popcorn-lab.
package struct InterfaceStore: Sendable {
    /// Where they lie, the first to be searched first.
    let directories: [String]

    /// The interfaces that a user has.
    package init(environment: LabEnvironment) {
        directories = [environment.directories.interfaces, environment.share.configs + "/interfaces"]
    }

    /// Every name, in order.
    package var names: [String] {
        let files = directories.flatMap { (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? [] }
        return Set(files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(".yaml".count)) }).sorted()
    }

    /// The interface of a name, or in a file.
    ///
    /// - Throws: `InputError` if there is none, or with all errors of its file.
    package func interface(_ text: String) throws(InputError) -> KernelInterface {
        if OwnKernel.isPath(text) { return try KernelInterface(yaml: try TextFile.read(text), file: text) }
        for directory in directories {
            let file = "\(directory)/\(text).yaml"
            guard file.withBytes({ access($0, F_OK) }) == 0 else { continue }
            return try KernelInterface(yaml: try TextFile.read(file), file: file)
        }
        let names = names
        throw InputError(
            .unknownName, "there is no kernel interface '\(text)'\(NearestName.suggestion(for: text, among: names))",
            hint: "known: \(names.joined(separator: ", ")); a file of your own is named by its path, or lies in "
                + directories[0])
    }
}
