import Hypervisor
import ImageStore
import Support
import Topology

extension LabEnvironment {
    /// Where this user's guests run.
    func hypervisor() throws -> Hypervisor {
        try Hypervisor(connect: uri, environment: variables, directories: directories)
    }

    /// Where the guests of an existing lab run, whatever `--connect` says now.
    func hypervisor(of record: LabRecord) throws -> Hypervisor {
        try Hypervisor(connect: record.uri, environment: variables, directories: directories)
    }

    var imageStore: ImageStore { ImageStore(directories: directories, share: share.images) }

    /// Which accelerator each ISA of a lab gets.
    func accelerators(
        for spec: LabSpec, request: AcceleratorRequest, hypervisor: Hypervisor, images: [String: [ISA: GuestImage]],
        report: @escaping LabEventHandler
    ) async throws -> [ISA: AcceleratorChoice] {
        Dictionary(uniqueKeysWithValues: spec.isas.map { ($0, AcceleratorChoice(accelerator: .tcg, reason: "")) })
    }
}

extension ImageProgress {
    /// What is done now, for people.
    var sentence: String {
        let whose = isa.map { "\($0.rawValue) image: " } ?? "images: "
        switch step {
        case .waiting: return whose + "building what is missing"
        case .fetchingLists: return whose + "fetching Debian's package lists"
        case .resolving: return whose + "choosing packages"
        case .downloading(let packages, let bytes): return whose + "downloading \(packages) packages, \(bytes >> 20) MiB"
        case .unpacking: return whose + "unpacking"
        case .compilingModules: return whose + "compiling kernel modules"
        case .compilingPrograms: return whose + "compiling guest programs"
        case .writing: return whose + "writing"
        case .done(let id): return whose + "ready (\(id))"
        }
    }
}
