import ISA
import ImageStore
import KernelFiles
import Support
import Topology

/// The guest images of a lab's nodes, and their kernels of the user's own.
struct NodeImages: Sendable {
    /// By recipe.
    private let images: [String: [ISA: GuestImage]]
    /// By the node's name.
    private let kernels: [String: NodeKernel]

    /// Checks kernels of the user's own, and builds images that are missing.
    init(for spec: LabSpec, in environment: LabEnvironment, report: @escaping LabEventHandler) async throws {
        // What can be found wrong without an image is told before the minutes that one may take.
        let interfaces = InterfaceStore(environment: environment)
        for node in spec.nodes {
            guard let own = node.kernel else { continue }
            _ = try interfaces.interface(own.interface)
            _ = try KernelTree(path: own.path, isa: node.isa)
        }
        let store = environment.imageStore
        var images: [String: [ISA: GuestImage]] = [:]
        for (recipe, nodes) in Dictionary(grouping: spec.nodes, by: \.image) {
            images[recipe] = try await store.ensure(
                recipe: try store.recipe(named: recipe), isas: nodes.map(\.isa),
                progress: { progress in report(.note(progress.sentence)) })
        }
        self.images = images
        var kernels: [String: NodeKernel] = [:]
        for node in spec.nodes {
            guard let own = node.kernel, let image = images[node.image]?[node.isa] else { continue }
            kernels[node.name] = try NodeKernel(
                own, node: node, interface: try interfaces.interface(own.interface), nodeCount: spec.nodes.count,
                imageModules: (image.kernelVersion, image.moduleNames))
        }
        self.kernels = kernels
    }

    /// - Throws: `LabError` for a node of another lab.
    func image(of node: NodeSpec) throws -> GuestImage {
        guard let image = images[node.image]?[node.isa] else {
            throw LabError(.hostUnfit, "\(node.name): there is no image '\(node.image)' for \(node.isa.rawValue)")
        }
        return image
    }

    /// The node's kernel of the user's own; `nil` if it boots its image's.
    func kernel(of node: NodeSpec) -> NodeKernel? { kernels[node.name] }

    /// What QEMU is to start.
    func kernelPath(of node: NodeSpec) throws -> String { try kernel(of: node)?.file.path ?? image(of: node).kernel }

    /// The release of the kernel that the node boots.
    func kernelRelease(of node: NodeSpec) throws -> String {
        try kernel(of: node)?.file.release ?? image(of: node).kernelVersion
    }
}

extension GuestImage {
    /// The modules of its `/etc/modules`, as the kernel knows them.
    fileprivate var moduleNames: [String] {
        record.modules.compactMap { path in
            path.split(separator: "/").last.map {
                String($0).replacing(".ko", with: "").replacing("-", with: "_")
            }
        }
    }
}
