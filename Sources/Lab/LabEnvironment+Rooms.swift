import Hypervisor
import ISA
import ImageStore
import Support
import Topology

extension LabEnvironment {
    /// Where this user's guests run.
    func hypervisor() throws -> Hypervisor {
        try Hypervisor(connect: uri, environment: variables, directories: directories)
    }

    /// Where the guests of a new lab run: what `--connect` says, else what its nodes ask for, else the usual choice.
    ///
    /// - Throws: `LabError` for nodes on several hosts or on another machine, which no switch of ours connects yet.
    func hypervisor(for spec: LabSpec) throws -> Hypervisor {
        let asked = Set(spec.nodes.map(\.host))
        guard asked.count == 1, let common = asked.first else {
            throw LabError(
                .badArgument, "the nodes of lab '\(spec.name)' ask for different hosts",
                hint: "give all nodes the same `host:`, or none")
        }
        let hypervisor = try Hypervisor(connect: uri ?? common, environment: variables, directories: directories)
        guard hypervisor.target.isLocal else {
            throw LabError(
                .hostUnfit, "'\(hypervisor.target.uri)' is another machine, and guests can only run on this one so far",
                hint: "run popcorn-lab on that machine")
        }
        return hypervisor
    }

    /// What would run the guests of a new lab.
    package func hypervisorVersions() async throws -> HypervisorVersions {
        try await hypervisor().withConnection { try await $0.versions() }
    }

    /// Where the guests of an existing lab run, whatever `--connect` says now.
    func hypervisor(of record: LabRecord) throws -> Hypervisor {
        try Hypervisor(connect: record.uri, environment: variables, directories: directories)
    }

    /// The guest images of this user.
    package var imageStore: ImageStore { ImageStore(directories: directories, share: share.images) }

    /// Which accelerator each ISA of a lab gets, if that is known without trying a guest.
    ///
    /// - Parameter versions: asked for only if the answer depends on them.
    func knownAccelerators(
        for spec: LabSpec, request: AcceleratorRequest, hypervisor: Hypervisor,
        versions: () async throws -> HypervisorVersions
    ) async throws -> [ISA: AcceleratorChoice]? {
        var choices: [ISA: AcceleratorChoice] = [:]
        for isa in Set(spec.nodes.map(\.isa)) {
            if let choice = obvious(request, isa, hypervisor) {
                choices[isa] = choice
                continue
            }
            let versions = try await versions()
            guard let choice = try Accelerator.known(request, isa: isa, versions: versions, on: hypervisor) else {
                return nil
            }
            choices[isa] = choice
        }
        return choices
    }

    /// Which accelerator each ISA of a lab gets, after trying a guest where nothing else tells.
    func accelerators(
        for spec: LabSpec, request: AcceleratorRequest, hypervisor: Hypervisor, images: NodeImages
    ) async throws -> [ISA: AcceleratorChoice] {
        var choices: [ISA: AcceleratorChoice] = [:]
        for node in spec.nodes where choices[node.isa] == nil {
            if let choice = obvious(request, node.isa, hypervisor) {
                choices[node.isa] = choice
                continue
            }
            let image = try images.image(of: node)
            let probe = AccelerationProbe(kernel: image.kernel, initramfs: image.initramfs)
            choices[node.isa] = try await Accelerator.decide(request, isa: node.isa, probe: probe, on: hypervisor)
        }
        return choices
    }

    /// Only a guest of the host's own ISA can run on its CPU; that answer needs no hypervisor.
    private func obvious(
        _ request: AcceleratorRequest, _ isa: ISA, _ hypervisor: Hypervisor
    ) -> AcceleratorChoice? {
        guard request == .auto, isa != ISA.host, hypervisor.target.isLocal else { return nil }
        return AcceleratorChoice(.tcg, reason: "the host is \(ISA.host?.rawValue ?? "of another architecture")")
    }
}

extension ImageProgress {
    /// What is done now, for people.
    package var sentence: String {
        let whose = isa.map { "\($0.rawValue) image: " } ?? "images: "
        switch step {
        case .waiting: return whose + "building what is missing"
        case .fetchingLists: return whose + "fetching Debian's package lists"
        case .resolving: return whose + "choosing packages"
        case .downloading(let packages, let bytes):
            return whose + "downloading \(packages) packages, \(bytes >> 20) MiB"
        case .unpacking: return whose + "unpacking"
        case .compilingModules: return whose + "compiling kernel modules"
        case .compilingPrograms: return whose + "compiling guest programs"
        case .writing: return whose + "writing"
        case .done(let id): return whose + "ready (\(id))"
        }
    }
}
