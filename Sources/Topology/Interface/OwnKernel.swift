import Support

/// A node's kernel that its user has built, in place of the image's.
package struct OwnKernel: Codable, Sendable, Hashable {
    /// bzImage, Image or Image.gz, or the tree in which it was built; absolute.
    package var path: String
    /// The name or the path of its interface.
    package var interface: String
    /// Modules to load, absolute paths: drivers in this order, then those that the interface names in its own.
    package var modules: [String]
    /// The network card, if it is not the interface's.
    package var nic: NetworkCard?

    /// A kernel with the interface's card, unless another is given.
    package init(
        path: String, interface: String = KernelInterface.embedded, modules: [String] = [],
        nic: NetworkCard? = nil
    ) {
        self.path = path
        self.interface = interface
        self.modules = modules
        self.nic = nic
    }

    /// Absolute, unless it is a name.
    static func interface(_ text: String, relativeTo directory: String) -> String {
        isPath(text) ? AbsolutePath.of(text, in: directory) : text
    }

    /// Whether an interface is given by its file's path.
    package static func isPath(_ interface: String) -> Bool { interface.contains("/") || interface.hasSuffix(".yaml") }
}
