import Binaries
import ISA
import Support

/// A kernel module, and what its file tells of it: the section `.modinfo` (include/linux/moduleparam.h).
package struct KernelModuleFile: Sendable {
    /// Where it lies.
    package let path: String
    /// The name by which the kernel knows it: the file's, with `_` for `-`.
    package let name: String
    /// What it was built for.
    package let isa: ISA
    /// The kernel it was built for: its release, then what else must be the same. Empty if it does not say.
    package let versionMagic: String
    /// The modules that must be loaded before.
    package let dependencies: [String]
    /// The names of its parameters.
    package let parameters: [String]

    /// Reads a module.
    ///
    /// - Throws: `KernelError` if there is no such file, or it is no module.
    package init(path: String) throws { try self.init(try KernelFile.content(of: path), path: path) }

    /// - Parameter path: what errors call it, and what its name is made of.
    package init(_ bytes: [UInt8], path: String) throws {
        self.path = path
        name = Self.name(ofFile: path)
        let elf: ELFFile
        do {
            elf = try ELFFile(bytes, name: path)
        } catch {
            throw KernelError(.format, "\(error.summary), so it is no kernel module", hint: error.hint)
        }
        guard elf.kind == .relocatable, let section = elf.content(of: ".modinfo") else {
            throw KernelError(.format, "'\(path)' is not a kernel module: it has no .modinfo")
        }
        guard let isa = elf.isa else {
            throw KernelError(.format, "'\(path)' is for an ISA that no node has (ELF machine \(elf.machine))")
        }
        self.isa = isa
        let texts = section.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        func values(_ key: String) -> [String] {
            texts.filter { $0.hasPrefix(key + "=") }.map { String($0.dropFirst(key.count + 1)) }
        }
        versionMagic = values("vermagic").first ?? ""
        dependencies = values("depends").flatMap { $0.split(separator: ",").map(String.init) }.map {
            $0.replacing("-", with: "_")
        }
        parameters = values("parmtype").map { String($0.prefix { $0 != ":" }) }.sorted()
    }

    /// The release of the kernel that it was built for.
    package var release: String { String(versionMagic.prefix { $0 != " " }) }

    /// Why it cannot be loaded into a kernel, as the end of a sentence; `nil` if nothing speaks against it.
    package func objection(to kernel: KernelFile) -> String? {
        if isa != kernel.isa { return "it is for \(isa.rawValue), the kernel for \(kernel.isa.rawValue)" }
        if versionMagic.isEmpty { return "it does not say for which kernel it was built" }
        return release == kernel.release ? nil : "it was built for \(release), the kernel is \(kernel.release)"
    }

    private static func name(ofFile path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        return (file.hasSuffix(".ko") ? String(file.dropLast(3)) : file).replacing("-", with: "_")
    }
}
