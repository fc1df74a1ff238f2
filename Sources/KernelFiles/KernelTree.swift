import FoundationEssentials
import ISA
import Support

/// A kernel and its modules: one file, or a directory in which a kernel was built.
package struct KernelTree: Sendable {
    /// The kernel.
    package let kernel: KernelFile
    /// The modules that lie in the directory, in the order of their paths; none for a single file.
    package let modules: [KernelModuleFile]

    /// Reads a kernel, or searches a directory for it.
    ///
    /// - Parameters:
    ///   - path: a kernel's file, or a directory in which a kernel was built.
    ///   - isa: which kernel is meant if a directory was built for several; `nil` for the only one.
    /// - Throws: `KernelError` if there is none, or more than one.
    package init(path: String, isa: ISA? = nil) throws {
        let path = AbsolutePath.of(path)
        var status = stat()
        guard path.withBytes({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            kernel = try KernelFile(path: path)
            modules = []
            return
        }
        kernel = try KernelFile(path: try Self.image(in: path, isa: isa))
        modules = try Self.modules(below: path)
    }

    /// Where the kernel's build system puts images, the best to boot first.
    private static func places(of isa: ISA) -> [String] {
        switch isa {
        case .x86_64: ["arch/x86/boot/bzImage", "arch/x86_64/boot/bzImage", "bzImage"]
        case .aarch64: ["arch/arm64/boot/Image", "arch/arm64/boot/Image.gz", "Image", "Image.gz"]
        }
    }

    private static func image(in directory: String, isa: ISA?) throws -> String {
        let isas = isa.map { [$0] } ?? ISA.allCases
        let found = isas.compactMap { isa in
            places(of: isa).map { directory + "/" + $0 }.first { access($0, R_OK) == 0 }
        }
        guard let image = found.first else {
            let expected = isas.map { places(of: $0)[0] }.joined(separator: " or ")
            throw KernelError(
                .noKernel, "'\(directory)' has no kernel that was built: expected \(expected)",
                hint: "build it there, or name the image itself")
        }
        guard found.count == 1 else {
            throw KernelError(
                .noKernel, "'\(directory)' has more than one kernel: \(found.joined(separator: ", "))",
                hint: "name the one that is meant")
        }
        return image
    }

    private static func modules(below directory: String) throws -> [KernelModuleFile] {
        let files = try FileManager.default.subpathsOfDirectory(atPath: directory).filter { $0.hasSuffix(".ko") }
        return try files.sorted().map { try KernelModuleFile(path: directory + "/" + $0) }
    }
}
