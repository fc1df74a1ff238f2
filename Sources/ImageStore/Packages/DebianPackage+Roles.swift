import Debian
import FoundationEssentials

/// What images do with packages.
extension DebianPackage {
    /// Whether it serves to compile modules and is nothing for the guest.
    var isKernelHeaders: Bool { name.hasPrefix("linux-headers-") || name.hasPrefix("linux-kbuild-") }
    var isKernel: Bool { name.hasPrefix("linux-image-") }

    /// The packages in a file of `StoreLayout.packages`; `nil` if there is none.
    static func read(pins file: String) -> [DebianPackage]? {
        FileManager.default.contents(atPath: file).flatMap { try? JSONDecoder().decode([DebianPackage].self, from: $0) }
    }
}
