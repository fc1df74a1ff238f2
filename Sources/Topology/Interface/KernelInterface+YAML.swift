import ISA
import Support
import UserInput

extension KernelInterface {
    private static let keys = [
        "name", "about", "kernel_arguments", "machine", "modules", "peers", "failures", "files", "self_test",
        "system_calls",
        "transport", "markers", "quiet_console", "trace_boot", "unavailable",
    ]

    /// Reads an interface's file, strictly.
    ///
    /// - Parameters:
    ///   - text: the file's content.
    ///   - file: its name, for the errors.
    /// - Throws: `InputError` with code `.invalidFile` and one diagnostic for each error of the file.
    package init(yaml text: String, file: String) throws(InputError) {
        self = try YAMLReader.read(text, file: file, as: "a kernel interface", keys: Self.keys) { top in
            Self.reading(top)
        }
    }

    /// The reason why an interface cannot be called so, as the end of a sentence; `nil` if it can.
    static func objection(toName name: String) -> String? {
        // Dots separate the numbers of versions.
        NameRule.objection(to: name.replacing(".", with: "-"))
    }

    private static func reading(_ top: YAMLMapping) -> KernelInterface? {
        let name = top.required("name") { top.text($0) }
        if let name, let objection = objection(toName: name) {
            top.report("'\(name)' cannot be the name of an interface: \(objection)", at: "name")
        }
        let modules = top.mappings("modules", as: "a module", keys: Module.keys)?.compactMap { $0.flatMap(Module.init) }
        let peers = top.required("peers") {
            top.mapping($0, as: "membership", keys: ["count", "joined", "states", "rejoin"])
        }
        let membership = peers.flatMap(membership)
        let transport = top.required("transport") {
            top.mapping($0, as: "a transport", keys: Transport.keys).flatMap(Transport.init)
        }
        let markers = top.mappings("markers", as: "a marker", keys: Marker.keys)?.compactMap { $0.flatMap(Marker.init) }
        let machines = byISA(top, "machine") { machines, key in
            machines.mapping(key, as: "a machine", keys: ["nic", "disk", "virtio"]).flatMap(Machine.init)
        }
        for isa in ISA.allCases where top.has("machine") && machines[isa] == nil {
            top.report("the interface lacks the devices of \(isa.rawValue)", at: "machine")
        }
        _ = top.required("machine") { $0 }
        let failures = top.mappings("failures", as: "a failure", keys: ["message", "meaning"])?.compactMap {
            $0.flatMap(Failure.init)
        }
        guard let name, let membership, let transport else { return nil }
        return KernelInterface(
            name: name, about: top.text("about") ?? "", kernelArguments: arguments(top), machines: machines,
            modules: modules ?? [], membership: membership, nodeCount: count(peers),
            canRejoin: peers?.boolean("rejoin") ?? true, failures: failures ?? [],
            files: files(top), selfTest: selfTest(top),
            systemCalls: byISA(top, "system_calls") { numbers(of: $0, $1) },
            transport: transport, markers: markers ?? [],
            isConsoleQuiet: top.boolean("quiet_console") ?? false, tracesBoot: top.boolean("trace_boot") ?? false,
            unavailable: unavailable(top))
    }

    private static func count(_ peers: YAMLMapping?) -> Int? {
        guard let peers, let count = peers.integer("count") else { return nil }
        if !LabLimits.nodes.contains(count) { peers.report("\(count) is not a number of nodes", at: "count") }
        return count
    }

    private static func membership(_ peers: YAMLMapping) -> Membership? {
        switch (peers.has("joined"), peers.boolean("states")) {
        case (true, nil):
            guard let pattern = peers.value("joined", MessagePattern.self) else { return nil }
            guard pattern.groupCount == 2 else {
                peers.report(
                    "expected two parentheses, the node id and the architecture; found \(pattern.groupCount)",
                    at: "joined")
                return nil
            }
            return .message(pattern)
        case (false, true?): return .states
        default:
            peers.report("expected either 'joined' with a message or 'states: true'", at: "")
            return nil
        }
    }

    private static func arguments(_ top: YAMLMapping) -> [ISA: [String]] {
        let names = ["all"] + ISA.allCases.map(\.rawValue)
        guard let fields = top.mapping("kernel_arguments", as: "kernel arguments", keys: names) else { return [:] }
        let common = fields.texts("all") ?? []
        return ISA.allCases.reduce(into: [:]) { $0[$1] = common + (fields.texts($1.rawValue) ?? []) }
    }

    private static func byISA<Value>(
        _ top: YAMLMapping, _ key: String, _ read: (YAMLMapping, String) -> Value?
    ) -> [ISA: Value] {
        guard let fields = top.mapping(key, as: "values by ISA", keys: ISA.allCases.map(\.rawValue)) else { return [:] }
        return ISA.allCases.reduce(into: [:]) { result, isa in
            if fields.has(isa.rawValue) { result[isa] = read(fields, isa.rawValue) }
        }
    }

    private static func numbers(of fields: YAMLMapping, _ key: String) -> [String: Int]? {
        guard let calls = fields.mapping(key, as: "system calls", keys: nil) else { return nil }
        return calls.keys.reduce(into: [:]) { $0[$1] = calls.integer($1) }
    }

    private static func files(_ top: YAMLMapping) -> [FileRole: String] {
        guard let fields = top.mapping("files", as: "files", keys: FileRole.allCases.map(\.rawValue)) else {
            return [:]
        }
        return FileRole.allCases.reduce(into: [:]) { result, role in
            guard let path = fields.text(role.rawValue) else { return }
            if !path.hasPrefix("/") { fields.report("'\(path)' is no absolute path", at: role.rawValue) }
            result[role] = path
        }
    }

    private static func selfTest(_ top: YAMLMapping) -> SelfTest? {
        guard let test = top.mapping("self_test", as: "a self test", keys: ["write", "least_bytes", "isas", "took"])
        else {
            return nil
        }
        if top.mapping("files", as: "files", keys: nil)?.has(FileRole.selfTest.rawValue) != true {
            top.report("the file is missing to which it is written: 'files: {self_test: PATH}'", at: "self_test")
        }
        let write = test.required("write") { test.text($0) }
        for gap in ["{bytes}", "{rounds}"] where write?.contains(gap) == false {
            test.report("'\(gap)' is missing in it", at: "write")
        }
        let took = test.required("took") { test.value($0, MessagePattern.self) }
        if let took, took.groupCount != 1 {
            test.report("expected one pair of parentheses, the ns; found \(took.groupCount)", at: "took")
        }
        let isas = test.values("isas") { (text) throws(InputError) in try ISA(parsing: text) }
        guard let write, let took else { return nil }
        return SelfTest(
            write: write, leastBytes: test.integer("least_bytes") ?? 0, isas: isas ?? ISA.allCases, took: took)
    }

    private static func unavailable(_ top: YAMLMapping) -> [Operation: String] {
        let names = Operation.allCases.map(\.rawValue)
        guard let fields = top.mapping("unavailable", as: "what is not offered", keys: names) else { return [:] }
        return Operation.allCases.reduce(into: [:]) { $0[$1] = fields.text($1.rawValue) }
    }
}

extension KernelInterface.Machine {
    fileprivate init?(_ fields: YAMLMapping) {
        let nic = fields.required("nic") { fields.value($0, oneOf: NetworkCard.self) }
        let virtio = fields.value("virtio", oneOf: VirtioBus.self)
        let disk = fields.value("disk", oneOf: DiskModel.self)
        guard let nic else { return nil }
        self.init(nic: nic, disk: disk ?? .virtio, virtio: virtio ?? .pci)
    }
}

extension KernelInterface.Module {
    fileprivate static let keys = ["name", "arguments", "waits_for_peers", "optional"]

    fileprivate init?(_ fields: YAMLMapping) {
        let arguments = fields.text("arguments") ?? ""
        let names = KernelInterface.Gap.allCases.map(\.rawValue)
        for part in arguments.split(separator: "{").dropFirst(arguments.hasPrefix("{") ? 0 : 1) {
            let gap = String(part.prefix { $0 != "}" })
            guard !names.contains(gap) else { continue }
            fields.report(
                "'{\(gap)}' stands for nothing\(NearestName.suggestion(for: gap, among: names)) "
                    + "(known: \(names.joined(separator: ", ")))", at: "arguments")
        }
        guard let name = fields.required("name", { fields.text($0) }) else { return nil }
        self.init(
            name: name.replacing("-", with: "_"), arguments: arguments,
            waitsForPeers: fields.boolean("waits_for_peers") ?? false,
            isOptional: fields.boolean("optional") ?? false)
    }
}

extension KernelInterface.Failure {
    fileprivate init?(_ fields: YAMLMapping) {
        let message = fields.required("message") { fields.value($0, MessagePattern.self) }
        let meaning = fields.required("meaning") { fields.text($0) }
        guard let message, let meaning else { return nil }
        self.init(message: message, meaning: meaning)
    }
}
