import Hypervisor
import Topology

extension Up {
    /// What would be created: the plan and each guest's libvirt description, checked by libvirt. Nothing is started, but
    /// images are built if they are missing.
    package struct Preview: Sendable {
        /// The record that would be written. Its UUIDs, MAC addresses and ports are fresh: `up` will choose others.
        package var record: LabRecord
        /// Domain XML by node, in the order of the nodes.
        package var domains: [(node: String, xml: String)]
    }

    /// Plans the lab, decides its accelerators, and has libvirt check each domain.
    package func preview(_ spec: LabSpec) async throws -> Preview {
        let hypervisor = try environment.hypervisor(for: spec)
        let images = try await NodeImages(for: spec, in: environment, report: report)
        let choices = try await environment.accelerators(
            for: spec, request: options.accelerator, hypervisor: hypervisor, images: images)
        let plan = try LabPlan(
            spec: spec, target: hypervisor.target, mark: environment.directories.mark, images: images,
            accelerators: choices)
        let paths = environment.store.paths(spec.name)
        let domains = try plan.record.nodes.map { node in
            let kernel = try images.kernelPath(of: node.spec)
            let domain = try DomainSpec(node: node, of: plan.record, paths: paths, kernel: kernel)
            return (node: node.name, xml: try domain.xml())
        }
        return Preview(record: plan.record, domains: domains)
    }
}
