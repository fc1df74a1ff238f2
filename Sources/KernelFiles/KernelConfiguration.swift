import Archives
import Support

/// The options that a kernel was built with: its `.config`.
package struct KernelConfiguration: Sendable, Equatable {
    /// What an option is set to.
    package enum Value: Sendable, Equatable {
        case builtIn
        case module
        /// A number or a text, as the file has it.
        case other(String)
    }

    /// Where the options were read.
    package enum Origin: Sendable, Equatable {
        /// The image carries them (CONFIG_IKCONFIG).
        case image
        /// A file beside or above the image.
        case file(String)
    }

    private let values: [String: Value]
    /// Where they were read.
    package let origin: Origin

    /// The value of an option by its name without `CONFIG_`; `nil` if it is not set.
    package subscript(_ option: String) -> Value? { values[option] }

    /// How many options are set.
    package var count: Int { values.count }

    /// - Parameter text: the lines of a `.config`; comments, which say what is not set, are passed over.
    package init(parsing text: String, origin: Origin) {
        self.origin = origin
        var values: [String: Value] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("CONFIG_") {
            let parts = line.dropFirst("CONFIG_".count).split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            switch parts[1] {
            case "y": values[String(parts[0])] = .builtIn
            case "m": values[String(parts[0])] = .module
            default: values[String(parts[0])] = .other(String(parts[1]))
            }
        }
        self.values = values
    }

    /// The options that a kernel carries in itself; `nil` if it has none.
    ///
    /// - Parameter kernel: unpacked. The options stand there compressed by gzip, between two marks (kernel/configs.c).
    init?(embeddedIn kernel: [UInt8]) throws {
        guard let start = kernel.place(of: "IKCFG_ST"), let end = kernel.place(of: "IKCFG_ED", from: start) else {
            return nil
        }
        let packed = Array(kernel[(start + 8)..<end])
        guard packed.starts(with: [0x1F, 0x8B]) else { return nil }
        let text = try ArchiveReader.decompressed(packed, name: "the kernel's configuration")
        self.init(parsing: String(decoding: text, as: UTF8.self), origin: .image)
    }
}
