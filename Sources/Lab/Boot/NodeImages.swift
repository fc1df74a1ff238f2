import ISA
import ImageStore
import Topology

/// The guest images of a lab's nodes.
struct NodeImages: Sendable {
    /// By recipe.
    private let images: [String: [ISA: GuestImage]]

    /// Builds those that are missing.
    init(for spec: LabSpec, in store: ImageStore, report: @escaping LabEventHandler) async throws {
        var images: [String: [ISA: GuestImage]] = [:]
        for (recipe, nodes) in Dictionary(grouping: spec.nodes, by: \.image) {
            images[recipe] = try await store.ensure(
                recipe: try store.recipe(named: recipe), isas: nodes.map(\.isa),
                progress: { progress in report(.note(progress.sentence)) })
        }
        self.images = images
    }

    /// - Throws: `LabError` for a node of another lab.
    func image(of node: NodeSpec) throws -> GuestImage {
        guard let image = images[node.image]?[node.isa] else {
            throw LabError(.hostUnfit, "\(node.name): there is no image '\(node.image)' for \(node.isa.rawValue)")
        }
        return image
    }
}
