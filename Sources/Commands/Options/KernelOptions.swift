import ArgumentParser
import ISA
import Support
import Topology
import UserInput

/// Kernels of one's own, for a lab that is given as a list.
struct KernelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Boot a kernel of your own on the nodes of an ISA: bzImage, Image, Image.gz, or a tree that was built, whose \
            modules are taken too. Repeat it for each ISA.
            """, valueName: "ISA=path"), completion: .file())
    var kernel: [String] = []

    @Option(
        help: ArgumentHelp(
            "A module for a kernel of your own; may be repeated, in load order.", valueName: "ISA=path"),
        completion: .file(extensions: ["ko"]))
    var module: [String] = []

    @Option(
        help: ArgumentHelp(
            "What kind of kernels these are: popcorn-4.4, embedded, or a file; docs/interfaces.md describes it.",
            valueName: "name"))
    var interface: String?

    @Option(help: ArgumentHelp("The nodes' network cards, if they are not the interface's.", valueName: "model"))
    var nic: NetworkCard?

    /// Gives the nodes of a lab their kernels.
    ///
    /// - Throws: `InputError` if an ISA has no node, or two kernels, or if something is said of kernels that are not given.
    func apply(to lab: inout LabSpec) throws {
        var paths: [ISA: String] = [:]
        for word in kernel {
            let (isa, path) = try Self.parts(word, option: "--kernel")
            guard lab.isas.contains(isa) else {
                throw InputError(.inconsistent, "--kernel \(word): the lab has no \(isa.rawValue) node")
            }
            guard paths.updateValue(path, forKey: isa) == nil else {
                throw InputError(.inconsistent, "--kernel is given twice for \(isa.rawValue)")
            }
        }
        let modules = try module.map { try Self.parts($0, option: "--module") }
        if let stray = modules.first(where: { paths[$0.isa] == nil }) {
            throw InputError(
                .inconsistent, "--module \(stray.path): no kernel is given for \(stray.isa.rawValue)",
                hint: "name it by --kernel \(stray.isa.nodeName)=PATH")
        }
        guard !paths.isEmpty else {
            if interface != nil || nic != nil {
                throw InputError(
                    .inconsistent, "--interface and --nic belong to kernels of your own",
                    hint: "name them by --kernel ISA=PATH")
            }
            return
        }
        let name = interface ?? KernelInterface.embedded
        for index in lab.nodes.indices {
            guard let path = paths[lab.nodes[index].isa] else { continue }
            lab.nodes[index].kernel = OwnKernel(
                path: path, interface: OwnKernel.isPath(name) ? AbsolutePath.of(name) : name,
                modules: modules.filter { $0.isa == lab.nodes[index].isa }.map(\.path), nic: nic)
        }
        try lab.validate()
    }

    private static func parts(_ word: String, option: String) throws -> (isa: ISA, path: String) {
        guard let split = word.firstIndex(of: "="), split != word.indices.last else {
            throw InputError(
                .invalidValue, "'\(word)' is not ISA=PATH", hint: "such as \(option) x86=../linux/arch/x86/boot/bzImage"
            )
        }
        return (try ISA(parsing: String(word[..<split])), AbsolutePath.of(String(word[word.index(after: split)...])))
    }
}

extension NetworkCard: ExpressibleByArgument {}
